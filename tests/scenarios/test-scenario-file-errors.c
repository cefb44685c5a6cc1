/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-file.h"

#include "shop-domain.h"

/*
 * Malformed files and the exact message of each. Single quotes in a text stand for double ones. The macros write out
 * what is around the part that is wrong.
 */

#define SCENARIOS(scenarios) "{'scenarios':[" scenarios "]}"
#define SCENARIO(parts) SCENARIOS ("{'name':'a','in':'Cart-c1'," parts "}")
#define GIVEN(given) SCENARIO ("'given':" given ",'when':{'Checkout':{}},'then':{'events':[]}")
#define WHEN(when) SCENARIO ("'when':" when ",'then':{'events':[]}")
#define THEN(then) SCENARIO ("'when':{'Checkout':{}},'then':" then)
/* After one that is refused. */
#define SECOND(second)                                                                                                 \
  SCENARIOS ("{'name':'base','in':'Cart-c1','given':[],'when':{'Checkout':{}},'then':{'error':'cart-empty'}}," second)

typedef struct {
  const char *name;
  EhError code;
  const char *text;
  const char *message;
} Case;

static const Case cases[] = {
  { "empty", EH_ERROR_INVALID, "", "f:1:1: expected a value, found the end of the text" },
  { "cut", EH_ERROR_INVALID, "{'scenarios':[", "f:1:15: scenarios[0]: expected a value, found the end of the text" },
  { "line", EH_ERROR_INVALID, "{\n  'scenarios': [\n    tru\n  ]\n}",
    "f:3:5: scenarios[0]: expected true or false, found 't'" },
  { "comment", EH_ERROR_INVALID, "{ /* x", "f:1:3: this comment has no end" },
  { "umlaut", EH_ERROR_INVALID, "{'ä': x}", "f:1:7: ä: expected a value, found 'x'" },
  { "behind", EH_ERROR_INVALID, "{'scenarios':[]} x", "f:1:18: expected the end of the text, found 'x'" },
  { "twice", EH_ERROR_INVALID, SCENARIOS ("],\n 'scenarios':["), "f:2:2: scenarios: this member appears twice" },
  { "twice-many", EH_ERROR_INVALID, "{'domain':{'a':1,\n'a':2}}", "f:2:1: domain.a: this member appears twice" },
  { "number", EH_ERROR_INVALID, "{'scenarios':99999999999999999999}",
    "f:1:14: scenarios: the number is out of the range of int64" },
  { "huge", EH_ERROR_INVALID, "{'scenarios':1e999}", "f:1:14: scenarios: the number is out of the range of double" },
  { "hex", EH_ERROR_INVALID, "{'scenarios':0x10}", "f:1:15: expected ',' or '}', found 'x'" },
  { "utf8", EH_ERROR_INVALID,
    "{'\xff"
    "':1}",
    "f:1:3: not UTF-8" },
  { "surrogate", EH_ERROR_INVALID, "{'a':'\\ud800'}", "f:1:7: a: a lone surrogate" },
  { "comma", EH_ERROR_INVALID, "{'scenarios':[],}", "f:1:17: expected a member behind ',', found '}'" },
  { "root", EH_ERROR_INVALID, "[]", "f: expected an object, found a list" },
  { "neither", EH_ERROR_INVALID, "{}", "f: it has neither \"scenarios\" nor \"simulations\"" },
  { "file-member", EH_ERROR_INVALID, "{'scenaros':[]}", "f: scenaros: unknown; did you mean \"scenarios\"?" },
  { "domain-type", EH_ERROR_INVALID, "{'domain':1,'scenarios':[]}", "f: domain: expected a string, found a number" },
  { "domain", EH_ERROR_INVALID, "{'domain':'bank','scenarios':[]}",
    "f: domain: the file is about \"bank\", the domain given is \"shop\"" },
  { "scenarios-type", EH_ERROR_INVALID, "{'scenarios':{}}", "f: scenarios: expected a list, found an object" },
  { "simulations-type", EH_ERROR_INVALID, "{'simulations':1}", "f: simulations: expected a list, found a number" },
  { "scenario-type", EH_ERROR_INVALID, "{'scenarios':[1]}", "f: scenarios[0]: expected an object, found a number" },
  { "no-name", EH_ERROR_INVALID, SCENARIOS ("{'in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0]: it has no \"name\"" },
  { "name-type", EH_ERROR_INVALID, SCENARIOS ("{'name':1,'in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].name: expected a string, found a number" },
  { "name-empty", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].name: empty" },
  { "same-name", EH_ERROR_EXISTS,
    SECOND ("{'name':'base','in':'Cart-c1','given':[],'when':{'Checkout':{}},'then':{'error':'cart-empty'}}"),
    "f: scenarios[1].name: \"base\" is the name of scenarios[0] already" },
  { "member", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'thn':1}"),
    "f: scenarios[0].thn: unknown; did you mean \"then\"?" },
  { "in-type", EH_ERROR_INVALID, SCENARIOS ("{'name':'a','in':1,'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].in: expected a string, found a number" },
  { "in-bad", EH_ERROR_INVALID, SCENARIOS ("{'name':'a','in':'Cart','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].in: stream name: no \"-\" between the aggregate's type and its id" },
  { "in-unknown", EH_ERROR_UNKNOWN_TYPE,
    SCENARIOS ("{'name':'a','in':'Crat-1','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].in: unknown aggregate type \"Crat\"; did you mean \"Cart\"?" },
  { "no-when", EH_ERROR_INVALID, SCENARIOS ("{'name':'a','in':'Cart-c1','then':{'events':[]}}"),
    "f: scenarios[0]: it has no \"when\"; write \"when\": { \"nothing\": true } if nothing is done" },
  { "no-then", EH_ERROR_INVALID, SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}}}"),
    "f: scenarios[0]: it has no \"then\": what must follow?" },
  { "skip-type", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'skip':true}"),
    "f: scenarios[0].skip: expected a string, found a boolean" },
  { "skip-empty", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'skip':''}"),
    "f: scenarios[0].skip: empty; say why it is skipped" },
  { "only-type", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'only':'yes'}"),
    "f: scenarios[0].only: expected true or false, found a string" },
  { "off-type", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'off':'codec'}"),
    "f: scenarios[0].off: expected a list, found a string" },
  { "off-unknown", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','when':{'Checkout':{}},'then':{'events':[]},'off':['codc']}"),
    "f: scenarios[0].off[0]: unknown check \"codc\"; did you mean \"codec\"?" },
  { "given-type", EH_ERROR_INVALID, GIVEN ("{}"), "f: scenarios[0].given: expected a list, found an object" },
  { "step-type", EH_ERROR_INVALID, GIVEN ("[1]"), "f: scenarios[0].given[0]: expected an object, found a number" },
  { "no-message", EH_ERROR_INVALID, GIVEN ("[{}]"),
    "f: scenarios[0].given[0]: no message: one member must begin with a capital letter and be its typ"
    "e" },
  { "two-messages", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'ItemRemoved':{}}]"),
    "f: scenarios[0].given[0]: two messages in one object, \"ItemAdded\" and \"ItemRemoved\"" },
  { "event-unknown", EH_ERROR_UNKNOWN_TYPE, GIVEN ("[{'ItemAded':{}}]"),
    "f: scenarios[0].given[0].ItemAded: unknown event \"ItemAded\"; did you mean \"ItemAdded\"?" },
  { "event-far", EH_ERROR_UNKNOWN_TYPE, GIVEN ("[{'Zzzzzzzzzzz':{}}]"),
    "f: scenarios[0].given[0].Zzzzzzzzzzz: unknown event \"Zzzzzzzzzzz\"" },
  { "event-is-command", EH_ERROR_INVALID, GIVEN ("[{'AddItem':{}}]"),
    "f: scenarios[0].given[0].AddItem: \"AddItem\" is a command, and an event is needed here" },
  { "event-other", EH_ERROR_INVALID, GIVEN ("[{'CouponIssued':{}}]"),
    "f: scenarios[0].given[0].CouponIssued: \"CouponIssued\" is an event of Coupon, but the stream \"Car"
    "t-c1\" is of Cart; add \"in\": \"Coupon-...\"" },
  { "event-version", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'version':1}]"),
    "f: scenarios[0].given[0].version: only a command has a version that it expects" },
  { "event-address", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'inn':'Cart-1'}]"),
    "f: scenarios[0].given[0].inn: unknown; did you mean \"in\"?" },
  { "event-in", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'in':'Cart-'}]"),
    "f: scenarios[0].given[0].in: stream name: the id is empty" },
  { "no-stream", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','given':[{'ItemAdded':{}}],'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].given[0]: which stream? add \"in\" here or beside \"name\"" },
  { "data-type", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':null}]"),
    "f: scenarios[0].given[0].ItemAdded: expected an object, found null" },
  { "data-member", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{'lin':{}}}]"),
    "f: scenarios[0].given[0].ItemAdded.lin: ItemAdded has no such member; did you mean \"line\"?" },
  { "data-nested", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{'line':{'skuu':'a'}}}]"),
    "f: scenarios[0].given[0].ItemAdded.line.skuu: CartLine has no such member; did you mean \"sku\"?" },
  { "data-value", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{'line':{'quantity':'1'}}}]"),
    "f: scenarios[0].given[0].ItemAdded.line.quantity: expected a number, found a string" },
  { "data-enum", EH_ERROR_INVALID, GIVEN ("[{'CartCheckedOut':{'speed':'fast'}}]"),
    "f: scenarios[0].given[0].CartCheckedOut.speed: expected one of \"normal\", \"express\"" },
  { "data-list", EH_ERROR_INVALID, GIVEN ("[{'CartCreated':{'tags':['a',2]}}]"),
    "f: scenarios[0].given[0].CartCreated.tags[1]: expected a string, found a number" },
  { "by-type", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'by':1}]"),
    "f: scenarios[0].given[0].by: expected a string, found a number" },
  { "id-type", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'id':1}]"),
    "f: scenarios[0].given[0].id: expected a string, found a number" },
  { "id-bad", EH_ERROR_INVALID, GIVEN ("[{'ItemAdded':{},'id':'x'}]"),
    "f: scenarios[0].given[0].id: not a ULID: it has 1 characters instead of 26" },
  { "time-bad", EH_ERROR_INVALID, GIVEN ("[{'time':'yesterday'}]"),
    "f: scenarios[0].given[0].time: \"yesterday\": not a time such as 2026-01-01T00:00:00Z, nor a step forward such as "
    "+PT1H" },
  { "verbs", EH_ERROR_INVALID, WHEN ("{'event':{'ItemAdded':{}},'time':'+PT1H'}"),
    "f: scenarios[0].when: \"time\" and \"event\" in one object: write a list of two" },
  { "given-verbs", EH_ERROR_INVALID, GIVEN ("[{'time':'+PT1H','command':{'Checkout':{}}}]"),
    "f: scenarios[0].given[0]: \"time\" and \"command\" in one object: write a list of two" },
  { "time-relative", EH_ERROR_INVALID, GIVEN ("[{'time':'+1H'}]"),
    "f: scenarios[0].given[0].time: \"1H\": not a duration such as PT1H30M" },
  { "time-type", EH_ERROR_INVALID, GIVEN ("[{'time':1}]"),
    "f: scenarios[0].given[0].time: expected a string, found a number" },
  { "time-member", EH_ERROR_INVALID, GIVEN ("[{'time':'+PT1H','in':'Cart-1'}]"),
    "f: scenarios[0].given[0].in: unknown" },
  { "command-member", EH_ERROR_INVALID, GIVEN ("[{'command':{'AddItem':{}},'by':'a'}]"),
    "f: scenarios[0].given[0].by: unknown" },
  { "command-type", EH_ERROR_INVALID, GIVEN ("[{'command':1}]"),
    "f: scenarios[0].given[0].command: expected an object, found a number" },
  { "command-unknown", EH_ERROR_UNKNOWN_TYPE, GIVEN ("[{'command':{'AdItem':{}}}]"),
    "f: scenarios[0].given[0].command.AdItem: unknown command \"AdItem\"; did you mean \"AddItem\"?" },
  { "when-type", EH_ERROR_INVALID, WHEN ("1"), "f: scenarios[0].when: expected an object, found a number" },
  { "when-empty", EH_ERROR_INVALID, WHEN ("[]"),
    "f: scenarios[0].when: empty; write { \"nothing\": true } if nothing is done" },
  { "when-event", EH_ERROR_INVALID, WHEN ("{'ItemAdded':{}}"),
    "f: scenarios[0].when.ItemAdded: \"ItemAdded\" is an event, and a command is needed here" },
  { "when-unknown", EH_ERROR_UNKNOWN_TYPE, WHEN ("{'Chekout':{}}"),
    "f: scenarios[0].when.Chekout: unknown command \"Chekout\"; did you mean \"Checkout\"?" },
  { "when-other", EH_ERROR_INVALID, WHEN ("{'IssueCoupon':{}}"),
    "f: scenarios[0].when.IssueCoupon: \"IssueCoupon\" is a command of Coupon, but the stream \"Cart-c1\""
    " is of Cart; add \"in\": \"Coupon-...\"" },
  { "when-version", EH_ERROR_INVALID, WHEN ("{'Checkout':{},'version':-1}"),
    "f: scenarios[0].when.version: must be at least 0" },
  { "when-version-type", EH_ERROR_INVALID, WHEN ("{'Checkout':{},'version':'1'}"),
    "f: scenarios[0].when.version: expected a whole number, found a string" },
  { "when-data", EH_ERROR_INVALID, WHEN ("[{'Checkout':{'sped':'express'}}]"),
    "f: scenarios[0].when[0].Checkout.sped: Checkout has no such member; did you mean \"speed\"?" },
  { "when-nothing", EH_ERROR_INVALID, WHEN ("{'nothing':false}"),
    "f: scenarios[0].when.nothing: can only be true; leave it out otherwise" },
  { "when-deliver", EH_ERROR_INVALID, WHEN ("{'event':{'ItemAdded':{}}}"),
    "f: scenarios[0].when.event: domain \"shop\" has no projection or process manager that could handle"
    " it" },
  { "when-redeliver", EH_ERROR_INVALID, WHEN ("{'redeliver':'all'}"),
    "f: scenarios[0].when.redeliver: domain \"shop\" has no projection or process manager that could ha"
    "ndle it again" },
  { "then-type", EH_ERROR_INVALID, THEN ("[]"), "f: scenarios[0].then: expected an object, found a list" },
  { "then-empty", EH_ERROR_INVALID, THEN ("{}"),
    "f: scenarios[0].then: empty; say what must follow, such as \"events\": []" },
  { "then-member", EH_ERROR_INVALID, THEN ("{'evnets':[]}"),
    "f: scenarios[0].then.evnets: unknown; did you mean \"events\"?" },
  { "events-type", EH_ERROR_INVALID, THEN ("{'events':{}}"),
    "f: scenarios[0].then.events: expected a list, found an object" },
  { "expected-member", EH_ERROR_INVALID, THEN ("{'events':[{'ItemAdded':{},'version':1}]}"),
    "f: scenarios[0].then.events[0].version: only a command has a version that it expects" },
  { "expected-address", EH_ERROR_INVALID, THEN ("{'events':[{'ItemAdded':{},'topic':'a.b'}]}"),
    "f: scenarios[0].then.events[0].topic: unknown" },
  { "expected-data", EH_ERROR_INVALID, THEN ("{'events':[{'ItemAdded':{'line':{'prise':1}}}]}"),
    "f: scenarios[0].then.events[0].ItemAdded.line.prise: CartLine has no such member; did you mean \""
    "price\"?" },
  { "expected-value", EH_ERROR_INVALID, THEN ("{'events':[{'CartCheckedOut':{'total':'1'}}]}"),
    "f: scenarios[0].then.events[0].CartCheckedOut.total: expected a number, found a string" },
  { "expected-time", EH_ERROR_INVALID, THEN ("{'events':[{'CartCheckedOut':{'at':'noon'}}]}"),
    "f: scenarios[0].then.events[0].CartCheckedOut.at: not a time such as 2026-01-01T00:00:00Z" },
  { "expected-enum", EH_ERROR_INVALID,
    THEN ("{'events-include':[{'CartCheckedOut':{'speed':{'$in':['normal','fast']}}}]}"),
    "f: scenarios[0].then.events-include[0].CartCheckedOut.speed.$in[1]: expected one of \"normal\", \"e"
    "xpress\"" },
  { "expected-list", EH_ERROR_INVALID, THEN ("{'events':[{'CartCheckedOut':{'skus':['a',{'$any':true},1]}}]}"),
    "f: scenarios[0].then.events[0].CartCheckedOut.skus[2]: expected a string, found a number" },
  { "matcher-unknown", EH_ERROR_INVALID, THEN ("{'state':{'total':{'$gtt':1}}}"),
    "f: scenarios[0].then.state.total.$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "matcher-mixed", EH_ERROR_INVALID, THEN ("{'state':{'address':{'$any':true,'city':'x'}}}"),
    "f: scenarios[0].then.state.address.city: a matcher has no plain members; for a partial object wr"
    "ite { \"$has\": { ... } }" },
  { "matcher-mixed-2", EH_ERROR_INVALID, THEN ("{'state':{'address':{'city':'x','$any':true}}}"),
    "f: scenarios[0].then.state.address.$any: a matcher cannot stand beside plain members" },
  { "matcher-any", EH_ERROR_INVALID, THEN ("{'state':{'total':{'$any':1}}}"),
    "f: scenarios[0].then.state.total.$any: expected true or false, found a number" },
  { "matcher-order", EH_ERROR_INVALID, THEN ("{'state':{'total':{'$gt':[]}}}"),
    "f: scenarios[0].then.state.total.$gt: expected a number or a string, found a list" },
  { "matcher-in", EH_ERROR_INVALID, THEN ("{'state':{'total':{'$in':1}}}"),
    "f: scenarios[0].then.state.total.$in: expected a list, found a number" },
  { "matcher-has", EH_ERROR_INVALID, THEN ("{'state':{'address':{'$has':{'cty':'x'}}}}"),
    "f: scenarios[0].then.state.address.$has.cty: Address has no such member; did you mean \"city\"?" },
  { "matcher-has-scalar", EH_ERROR_INVALID, THEN ("{'state':{'total':{'$has':{}}}}"),
    "f: scenarios[0].then.state.total.$has: total is no object" },
  { "matcher-whole", EH_ERROR_INVALID, THEN ("{'state':{'$has':{'ownr':1}}}"),
    "f: scenarios[0].then.state.$has.ownr: Cart has no such member; did you mean \"owner\"?" },
  { "matcher-contains", EH_ERROR_INVALID, THEN ("{'state':{'lines':{'$contains':{'$has':{'skuu':'x'}}}}}"),
    "f: scenarios[0].then.state.lines.$contains.$has.skuu: CartLine has no such member; did you mean "
    "\"sku\"?" },
  { "no-events", EH_ERROR_UNKNOWN_TYPE, THEN ("{'no-events':['ItemAded']}"),
    "f: scenarios[0].then.no-events[0]: unknown event \"ItemAded\"; did you mean \"ItemAdded\"?" },
  { "no-events-type", EH_ERROR_INVALID, THEN ("{'no-events':[1]}"),
    "f: scenarios[0].then.no-events[0]: expected a string, found a number" },
  { "error-unknown", EH_ERROR_INVALID, THEN ("{'error':'cart-emty'}"),
    "f: scenarios[0].then.error: unknown error \"cart-emty\"; did you mean \"cart-empty\"?" },
  { "error-type", EH_ERROR_INVALID, THEN ("{'error':1}"),
    "f: scenarios[0].then.error: expected a nick or an object, found a number" },
  { "error-empty", EH_ERROR_INVALID, THEN ("{'error':{}}"),
    "f: scenarios[0].then.error: empty; say \"domain\", \"code\" or \"message\"" },
  { "error-member", EH_ERROR_INVALID, THEN ("{'error':{'cod':1}}"),
    "f: scenarios[0].then.error.cod: unknown; did you mean \"code\"?" },
  { "error-code", EH_ERROR_INVALID, THEN ("{'error':{'code':'to-many'}}"),
    "f: scenarios[0].then.error.code: unknown error \"to-many\"; did you mean \"too-many\"?" },
  { "error-code-type", EH_ERROR_INVALID, THEN ("{'error':{'code':true}}"),
    "f: scenarios[0].then.error.code: expected a number, a nick or a matcher, found a boolean" },
  { "error-message", EH_ERROR_INVALID, THEN ("{'error':{'message':1}}"),
    "f: scenarios[0].then.error.message: expected a string or a matcher, found a number" },
  { "error-domain", EH_ERROR_INVALID, THEN ("{'error':{'domain':1}}"),
    "f: scenarios[0].then.error.domain: expected a string, found a number" },
  { "state-member", EH_ERROR_INVALID, THEN ("{'state':{'ownr':'x'}}"),
    "f: scenarios[0].then.state.ownr: Cart has no such member; did you mean \"owner\"?" },
  { "state-no-stream", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','when':{'Checkout':{},'in':'Cart-1'},'then':{'state':{'total':1}}}"),
    "f: scenarios[0].then.state: of which stream? add \"in\" to the scenario or name the streams in \"st"
    "ates\"" },
  { "states-stream", EH_ERROR_UNKNOWN_TYPE, THEN ("{'states':{'Crat-1':{}}}"),
    "f: scenarios[0].then.states.Crat-1: unknown aggregate type \"Crat\"; did you mean \"Cart\"?" },
  { "states-empty", EH_ERROR_INVALID, THEN ("{'states':{}}"),
    "f: scenarios[0].then.states: empty; name a stream and its state" },
  { "state-keyed", EH_ERROR_INVALID, THEN ("{'state':{'Cart-2':{'totl':1}}}"),
    "f: scenarios[0].then.state.Cart-2.totl: Cart has no such member; did you mean \"total\"?" },
  { "version-type", EH_ERROR_INVALID, THEN ("{'version':'1'}"),
    "f: scenarios[0].then.version: expected a whole number, found a string" },
  { "version-negative", EH_ERROR_INVALID, THEN ("{'version':-1}"), "f: scenarios[0].then.version: must be at least 0" },
  { "version-no-stream", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','when':{'Checkout':{},'in':'Cart-1'},'then':{'version':1}}"),
    "f: scenarios[0].then.version: of which stream? add \"in\" to the scenario" },
  { "published-topic", EH_ERROR_INVALID, THEN ("{'published':[{'ItemAdded':{},'topic':'shop'}]}"),
    "f: scenarios[0].then.published[0].topic: \"shop\" is no topic such as \"bucket.subset\"" },
  { "commands", EH_ERROR_INVALID, THEN ("{'commands':[]}"),
    "f: scenarios[0].then.commands: domain \"shop\" has no process manager that could send commands" },
  { "view", EH_ERROR_INVALID, THEN ("{'view':{}}"),
    "f: scenarios[0].then.view: domain \"shop\" has no projection that could keep a view" },
  { "deadlines", EH_ERROR_INVALID, THEN ("{'deadlines':[]}"),
    "f: scenarios[0].then.deadlines: domain \"shop\" has no process manager that could set deadlines" },
  { "examples-type", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':{},'when':{'RemoveItem':{'sku':'<sku>'}},'then':{'error':'"
               "not-in-cart'}}"),
    "f: scenarios[0].examples: expected a list, found an object" },
  { "examples-empty", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[],'when':{'RemoveItem':{'sku':'<sku>'}},'then':{'error':'"
               "not-in-cart'}}"),
    "f: scenarios[0].examples: empty; the scenario would never run" },
  { "row-type", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[1],'when':{'RemoveItem':{'sku':'<sku>'}},'then':{'error':"
               "'not-in-cart'}}"),
    "f: scenarios[0].examples[0]: expected an object, found a number" },
  { "placeholder", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[{'skuu':'a'}],'when':{'RemoveItem':{'sku':'<sku>'}},'then"
               "':{'error':'not-in-cart'}}"),
    "f: scenarios[0].when.RemoveItem.sku: the example has no \"sku\"; did you mean \"skuu\"? (in examples"
    "[0])" },
  { "row-unused", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[{'sku':'a'},{'sku':'b','x':1}],'when':{'RemoveItem':{'sku"
               "':'<sku>'}},'then':{'error':'not-in-cart'}}"),
    "f: scenarios[0].examples[1].x: not used; write \"<x>\" where it belongs" },
  { "row-value", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[{'sku':'a'},{'sku':1}],'when':{'RemoveItem':{'sku':'<sku>"
               "'}},'then':{'error':'not-in-cart'}}"),
    "f: scenarios[0].when.RemoveItem.sku: expected a string, found a number (in examples[1])" },
  { "row-same-name", EH_ERROR_EXISTS,
    SCENARIOS ("{'name':'a <sku>','in':'Cart-c1','examples':[{'sku':'a'},{'sku':'a'}],'when':{'RemoveItem':{'sku"
               "':'<sku>'}},'then':{'error':'not-in-cart'}}"),
    "f: scenarios[0].name: \"a a\" is the name of scenarios[0].examples[0] already (in examples[1])" },
  { "row-member", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'a','in':'Cart-c1','examples':[{'m':'sku'}],'when':{'RemoveItem':{'sku':'a','<m>':'b'}},"
               "'then':{'events':[]}}"),
    "f: scenarios[0].when.RemoveItem.<m>: there is \"sku\" already (in examples[0])" },
  { "extends-type", EH_ERROR_INVALID, SECOND ("{'name':'b','extends':1,'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1].extends: expected a string, found a number" },
  { "extends-unknown", EH_ERROR_INVALID,
    SECOND ("{'name':'b','extends':'bose','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1].extends: no earlier scenario is called \"bose\"; did you mean \"base\"?" },
  { "extends-itself", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'b','extends':'b','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[0].extends: no earlier scenario is called \"b\"" },
  { "after-alone", EH_ERROR_INVALID, SECOND ("{'name':'b','after':true,'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1]: \"after\" needs \"extends\": after what?" },
  { "after-type", EH_ERROR_INVALID,
    SECOND ("{'name':'b','extends':'base','after':1,'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1].after: expected true or false, found a number" },
  { "after-refused", EH_ERROR_INVALID,
    SECOND ("{'name':'b','extends':'base','after':true,'when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1].after: what \"base\" does is refused, so nothing can come after it" },
  { "extends-examples", EH_ERROR_INVALID,
    SCENARIOS ("{'name':'e','in':'Cart-1','examples':[{'why':'x'}],'when':{'Checkout':{}},'then':{'events':[]}},"
               "{'name':'b','extends':'e','when':{'Checkout':{}},'then':{'events':[]}}"),
    "f: scenarios[1].extends: \"e\" has examples, so it is several; only one can be extended" },
};

static char *
dup_text (const Case *c)
{
  return g_strdelimit (g_strdup (c->text), "'", '"');
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *text = dup_text (c);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = NULL;

  g_test_summary ("A malformed file is refused with the place and what to do");
  file = eh_scenario_file_parse ("f", text, -1, domain, &error);
  g_assert_null (file);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, c->message);
  g_assert_error (error, EH_ERROR, (gint) c->code);
}

static void
test_without_error (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();

  g_test_summary ("A caller that does not ask for the error gets none and no crash");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dup_text (&cases[i]);
      g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("f", text, -1, domain, NULL);

      g_assert_null (file);
    }
}

static void
assert_refused (const char *text, gsize length, EhError code, const char *beginning, const char *end)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("f", text, (gssize) length, domain, &error);

  g_assert_null (file);
  g_assert_error (error, EH_ERROR, (gint) code);
  if (!g_str_has_prefix (error->message, beginning) || !g_str_has_suffix (error->message, end))
    g_test_fail_printf ("unexpected message: %s", error->message);
}

static void
test_depth (void)
{
  g_autofree char *text = g_strnfill (1 << 20, '[');

  g_test_summary ("A text of a million brackets is refused before anything recurses");
  assert_refused (text, 1 << 20, EH_ERROR_LIMIT, "f:1:65: ", ": nested more than 64 deep");
}

static void
test_size (void)
{
  gsize length = EH_SCENARIO_FILE_MAX + 1;
  g_autofree char *text = g_strnfill (length, ' ');

  g_test_summary ("A text that is too long is refused");
  assert_refused (text, length, EH_ERROR_LIMIT, "f: longer than 8388608 bytes", "");
}

static void
test_nul (void)
{
  g_test_summary ("A nul byte is no white space and does not end the text");
  assert_refused ("{\"scenarios\":[]}\0", 17, EH_ERROR_INVALID, "f:1:17: expected the end of the text", "");
}

static void
test_single_quotes (void)
{
  g_test_summary ("Single quotes are no quotes");
  assert_refused ("{'a':1}", 7, EH_ERROR_INVALID, "f:1:2: expected a member's name, found '", "");
}

static void
test_bad_regex (void)
{
  const char *text = "{\"scenarios\":[{\"name\":\"a\",\"in\":\"Cart-c1\",\"when\":{\"Checkout\":{}},"
                     "\"then\":{\"state\":{\"owner\":{\"$regex\":\"(\"}}}}]}";

  g_test_summary ("A regular expression is compiled when the file is read; the library says what is wrong");
  assert_refused (text, strlen (text), EH_ERROR_INVALID, "f: scenarios[0].then.state.owner.$regex: ", "");
}

static void
test_every_cut (void)
{
  const char *text =
      "{ /* a */ \"domain\": \"shop\", // b\n \"scenarios\": [ { \"name\": \"\\u00e4 <x>\", \"in\": \"Cart-1\","
      " \"examples\": [ { \"x\": 1.5e0 } ], \"when\": { \"nothing\": true }, \"then\": { \"version\": 0 } } ] }";
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhScenarioFile) whole = eh_scenario_file_parse ("f", text, -1, domain, NULL);

  g_test_summary ("A file cut anywhere is refused");
  g_assert_nonnull (whole);
  for (gsize i = 0; i < strlen (text); i++)
    {
      /* A copy of the very length, so that a read past the end is seen. */
      g_autofree char *cut = g_memdup2 (text, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhScenarioFile)
          file = eh_scenario_file_parse ("f", cut != NULL ? cut : "", (gssize) i, domain, &error);

      g_assert_null (file);
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/scenario-file/errors/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/scenario-file/errors/without-error", test_without_error);
  g_test_add_func ("/scenario-file/errors/depth", test_depth);
  g_test_add_func ("/scenario-file/errors/size", test_size);
  g_test_add_func ("/scenario-file/errors/nul", test_nul);
  g_test_add_func ("/scenario-file/errors/single-quotes", test_single_quotes);
  g_test_add_func ("/scenario-file/errors/bad-regex", test_bad_regex);
  g_test_add_func ("/scenario-file/errors/every-cut", test_every_cut);
  return g_test_run ();
}

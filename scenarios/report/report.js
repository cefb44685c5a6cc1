/* SPDX-License-Identifier: LGPL-2.1-or-later */
"use strict";

/* Whatever comes from the data is set as text, never as markup. */

const results = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const HEAD = 40;
const ROW = 46;
const SVG_NAMES = ["svg", "g", "line", "rect", "text", "tspan", "circle", "path", "title"];
/* The name space as the browser knows it, so that there is no address at all in this page. */
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;
let LANE = 190; /* as wide as there is room */
/* Long, and all alike: they are ~1, ~2 ... in the order of the table that a terminal shows. */
const ID = /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])/;
let ids = [];
let current = null;
let visible = [];
let picked = 0;

function element(name, attributes, text) {
  const node = SVG_NAMES.includes(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

function shorten(text, length) {
  const letters = [...(text || "")];
  return letters.length > length ? letters.slice(0, length - 1).join("") + "\u2026" : letters.join("");
}

const wordsOf = (row) => [row.what, row.detail, row.fault, row.result, row.state].map((text) => text || "");
const findIds = (text) => text.match(new RegExp(ID, "g")) || [];
const shortId = (id) => "~" + (ids.indexOf(id) + 1);
const nameIds = (text) => text.replace(new RegExp(ID, "g"), shortId);

/* The whole id is there without being seen, so that it is what is copied and found. */
function makeId(id, kind) {
  const node = element(kind, { class: "id" });
  if (kind === "abbr") for (const [key, value] of [["title", id], ["tabindex", 0]]) node.setAttribute(key, value);
  node.append(element(kind === "abbr" ? "span" : kind, { class: "short" }, shortId(id)),
              element(kind === "abbr" ? "span" : kind, { class: "whole" }, id));
  return node;
}

/* Appends @text up to so many letters, with short ids, which are never cut. */
function write(node, text, length) {
  const kind = node instanceof SVGElement ? "tspan" : "abbr";
  for (const piece of (text || "").split(new RegExp("(" + ID.source + ")"))) {
    const isId = ID.test(piece);
    const size = [...(isId ? shortId(piece) : piece)].length;
    if (isId && size <= length) node.append(makeId(piece, kind));
    else node.append(isId ? "\u2026" : shorten(piece, length));
    if (size > length) break;
    length -= size;
  }
  return node;
}

const onBus = (row) => /^(publish|deliver)\b/.test(row.what);
const alone = (row) => /^(start|sleep)\b/.test(row.what);

function drawLanes(svg, names, height) {
  names.forEach((name, i) => {
    const x = LANE * i + LANE / 2;
    svg.append(element("line", { class: "lane", x1: x, x2: x, y1: HEAD, y2: height }));
    const text = element("text", { class: "head", x, y: 25, "text-anchor": "middle" }, shorten(name, Math.floor(LANE / 8.5)));
    text.append(element("title", {}, name));
    svg.append(text);
  });
}

function drawCall(group, row, from, to, y) {
  const x1 = LANE * from + LANE / 2;
  const x2 = LANE * to + LANE / 2;
  if (from === to) {
    group.append(element("circle", { class: "dot", cx: x1, cy: y, r: 4 }));
    return;
  }
  group.append(element("line", { class: "call", x1, x2: x2 - 7, y1: y, y2: y }));
  group.append(element("path", { class: "tip", d: `M ${x2} ${y} l -8 -4.5 v 9 z` }));
}

function drawRow(svg, row, place, names) {
  const lanes = names.length;
  const y = HEAD + ROW * place + 26;
  const to = alone(row) ? row.client : onBus(row) ? lanes - 1 : lanes - 2;
  const group = element("g", { class: "row" + (row.fault ? " fault" : ""), "data-row": row.index });
  const whole = [...new Set(wordsOf(row).flatMap(findIds))].map((id) => `${shortId(id)} is ${id}`);
  if (whole.length) group.append(element("title", {}, whole.join("\n")));
  const x = LANE * row.client + LANE / 2;
  group.append(element("rect", { class: "back", x: 0, y: y - 26, width: LANE * lanes, height: ROW }));
  if (row.switched)
    group.append(element("line", { class: "switch", x1: 0, x2: LANE * lanes, y1: y - 26, y2: y - 26 }));
  drawCall(group, row, row.client, to, y);
  if (row.switched || row.fault)
    group.append(element("text", { class: "mark", x: 6, y: y + 4 }, (row.switched ? ">" : "") + (row.fault ? "!" : "")));
  if (row.state && !alone(row))
    group.append(write(element("text", { class: "dim", x: LANE * to + LANE / 2 + 8, y: y + 4 }),
                       row.state, Math.floor((LANE * (lanes - to) - LANE / 2) / 6.6)));
  group.append(write(element("text", { x: x + 8, y: y - 8 }), row.what, Math.max(24, Math.floor(LANE / 8))));
  group.append(write(element("text", { class: "dim", x: x + 8, y: y + 15 }),
                     alone(row) ? row.detail || row.result : row.result || row.detail, 27));
  group.addEventListener("click", () => pick(place));
  svg.append(group);
}

function draw() {
  const names = [...current.clients];
  for (const row of current.rows) while (names.length <= row.client) names.push("client-" + (names.length + 1));
  names.push("store", "bus");
  LANE = Math.max(88, Math.min(260, Math.floor((byId("diagram").clientWidth - 2) / names.length)));
  const width = LANE * names.length;
  const height = HEAD + ROW * visible.length + 12;
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  drawLanes(svg, names, height);
  visible.forEach((row, place) => drawRow(svg, row, place, names));
  byId("diagram").replaceChildren(svg);
}

function showDetail(row) {
  const list = element("dl");
  const add = (name, text, bad) => {
    if (!text) return;
    list.append(element("dt", {}, name), write(element("dd", bad ? { class: "bad" } : {}), text, Infinity));
  };
  if (row) {
    add("fault", row.fault, true);
    add("does", row.detail);
    add("result", row.result);
    add("state after it", row.state);
    if (row.switched) add("switch", "the client before could have gone on");
  }
  const who = row ? current.clients[row.client] || "client-" + (row.client + 1) : "";
  const title = row ? `${row.index + 1}. ${who}: ${row.what}` : "No row matches the filter";
  byId("detail").replaceChildren(write(element("h3"), title, Infinity), list);
}

function pick(place) {
  picked = Math.max(0, Math.min(place, visible.length - 1));
  byId("diagram").querySelectorAll("g.row").forEach((group, i) => {
    group.classList.toggle("picked", i === picked);
    group.classList.toggle("after", i > picked);
  });
  byId("position").textContent = visible.length ? `${picked + 1} of ${visible.length}` : "none";
  showDetail(visible[picked]);
  const box = byId("diagram").querySelector("g.picked");
  if (box && box.scrollIntoView) box.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function filter() {
  const wanted = byId("filter").value.toLowerCase();
  visible = current.rows.filter((row) => {
    const text = [current.clients[row.client] || "", ...wordsOf(row)].join(" ");
    return (text + " " + nameIds(text)).toLowerCase().includes(wanted);
  });
  draw();
  pick(visible.length - 1);
}

function show(i) {
  current = results[i];
  current.rows.forEach((row, index) => { row.index = index; });
  ids = [...new Set(current.rows.flatMap((row) => wordsOf(row).flatMap(findIds)))];
  const good = ["proven", "sampled", "passed", "expected"].includes(current.status);
  document.title = current.name;
  byId("place").textContent = current.place;
  byId("name").textContent = current.name;
  byId("sentence").replaceChildren(
    element("span", { class: good ? "badge good" : "badge" }, current.check && !good ? current.check : current.status),
    current.sentence);
  byId("coverage").textContent = current.coverage;
  byId("sometimes").replaceChildren(...current.sometimes.map(({ name, runs }) =>
    element("li", {}, `sometimes ${name}: in ${runs} run${runs === 1 ? "" : "s"}`)));
  byId("warnings").replaceChildren(...current.warnings.map((text) => element("li", {}, text)));
  byId("states").textContent = current.states || "";
  byId("shrunk").textContent = current.shrunk ? current.shrunk.text : "";
  byId("run").hidden = current.rows.length === 0;
  byId("filter").value = "";
  byId("list").querySelectorAll("button").forEach((button, j) => button.setAttribute("aria-current", String(i === j)));
  filter();
}

function onKey(event) {
  const inFilter = document.activeElement === byId("filter");
  const moves = { ArrowRight: picked + 1, ArrowDown: picked + 1, ArrowLeft: picked - 1, ArrowUp: picked - 1,
                  Home: 0, End: visible.length - 1 };
  if (event.key === "Escape") {
    byId("filter").value = "";
    byId("filter").blur();
    filter();
  } else if (inFilter || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  } else if (event.key === "/") {
    byId("filter").focus();
  } else if (event.key in moves && !byId("run").hidden) {
    pick(moves[event.key]);
  } else {
    return;
  }
  event.preventDefault();
}

if (results.length > 1)
  results.forEach((result, i) => {
    const button = element("button", { type: "button" }, `${result.name}: ${result.status}`);
    button.addEventListener("click", () => show(i));
    byId("list").append(button);
  });
byId("previous").addEventListener("click", () => pick(picked - 1));
byId("next").addEventListener("click", () => pick(picked + 1));
window.addEventListener("resize", () => { draw(); pick(picked); });
byId("filter").addEventListener("input", filter);
document.addEventListener("keydown", onKey);
const worst = results.findIndex((result) => !["proven", "sampled", "passed", "expected"].includes(result.status));
show(Math.max(0, worst));

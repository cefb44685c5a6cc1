#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""
The report page in a real browser: Chromium without a window, told what to do through two pipes by its own protocol
(--remote-debugging-pipe: JSON, a zero byte after each message). It is looked at as on a desktop, on a phone and in the
dark, stepped and filtered by keyboard and mouse. Pictures are left beside the test's other output, for people.

Prints TAP; skipped where there is no Chromium.
"""

import json
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from base64 import b64decode

SECONDS_MAX = 30  # for one answer: bounded, and ample on a machine that is busy
DESKTOP = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "Escape": 27}

# What a person can tell from the page, in one object.
LOOK = """(() => {
  const box = (node) => { const r = node ? node.getBoundingClientRect() : {};
                          return { left: r.left, top: r.top, right: r.right, bottom: r.bottom }; };
  const shown = (id) => document.getElementById(id).checkVisibility();
  const rows = [...document.querySelectorAll("g.row")];
  const seen = (node) => { const copy = node.cloneNode(true);
                           copy.querySelectorAll(".whole").forEach((id) => id.remove()); return copy.textContent; };
  return {
    title: document.title, position: document.getElementById("position").textContent,
    sentence: document.getElementById("sentence").textContent, run: shown("run"), keys: shown("keys"),
    lanes: [...document.querySelectorAll("svg .head title")].map((t) => t.textContent),
    rows: rows.map((g) => [...g.querySelectorAll("text:not(.mark):not(.dim)")].map(seen).join(" ")),
    marks: rows.map((g) => (g.querySelector(".mark") || { textContent: "" }).textContent),
    picked: rows.findIndex((g) => g.classList.contains("picked")), after: document.querySelectorAll("g.after").length,
    detail: document.querySelector("#detail h3").textContent, focus: document.activeElement.id,
    overflow: document.documentElement.scrollWidth - innerWidth, height: innerHeight,
    diagram: box(document.getElementById("diagram")), aside: box(document.getElementById("detail")),
    tools: box(document.getElementById("tools")), row: box(document.querySelector("g.picked .back")), states: document.getElementById("states").textContent,
    buttons: [...document.querySelectorAll("nav button")].map((b) => b.textContent) };
})()"""

# The least contrast of any text with what is behind it, by the formula of WCAG 2.
CONTRAST = """(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => { const [r, g, b] = parse(colour).map((c) => c / 255)
      .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (node) => { for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor; if ((parse(colour)[3] ?? 1) > 0) return colour; } };
  const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05); };
  const texts = ["#name", "#sentence", ".badge", "#coverage", "#keys", "#position", "#detail dt", "#detail dd",
                 "#states", "#shrunk", "#next", "svg .head", "svg g.row:not(.after) .dim", "svg .mark"];
  return texts.map((text) => { const node = document.querySelector(text), style = getComputedStyle(node);
    return [ratio(node.ownerSVGElement ? style.fill : style.color, behind(node)), text]; }).sort((a, b) => a[0] - b[0])[0];
})()"""

# Whether the short and the whole form of the first id beside the diagram take any room.
WIDTHS = """["short", "whole"].map((name) =>
  document.querySelector("#detail .id ." + name).getBoundingClientRect().width > 0)"""


class Browser:
    """One page of one browser."""

    def __init__(self, program, folder):
        to_read, self.to_write = os.pipe()
        self.to_read, to_write = os.pipe()
        # The browser reads from 3 and writes to 4, whatever our own ends are.
        line = f"exec \"$0\" \"$@\" 3<&{to_read} 4>&{to_write}"
        arguments = ["--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--hide-scrollbars", "--disable-extensions", f"--user-data-dir={folder}/profile"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        self.process = subprocess.Popen(["bash", "-c", line, program, *arguments, "about:blank"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        pass_fds=(to_read, to_write), env=dict(os.environ, HOME=folder))
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.complaints = []
        self.addresses = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def receive(self):
        deadline = time.monotonic() + SECONDS_MAX
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.to_read], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self.to_read, 1 << 16) if ready else b""
            if not chunk:
                raise AssertionError("the browser does not answer" if not ready else "the browser has ended")
            self.buffer += chunk
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if message.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            self.complaints.append(json.dumps(message["params"]))
        if message.get("method") == "Network.requestWillBeSent":
            self.addresses.append(message["params"]["request"]["url"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']['message']}"
                return answer["result"]

    def evaluate(self, text):
        answer = self.call("Runtime.evaluate", expression=text, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def look(self):
        return self.evaluate(LOOK)

    def open(self, path, screen, scheme):
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url="file://" + path)
        while self.receive().get("method") != "Page.loadEventFired":
            pass

    def press(self, key):
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=KEYS.get(key, ord(key[0])), **text)
            text = {}

    def click(self, selector, which=0):
        x, y = self.evaluate(f"(() => {{ const r = document.querySelectorAll('{selector}')[{which}].getBoundingClientRect();"
                             " return [r.left + r.width / 2, r.top + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def photograph(self, path):
        data = b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        with open(path, "wb") as file:
            file.write(data)

    def sample(self):
        """The colours of a small picture of what is on the screen."""
        clip = {"x": 0, "y": 0, "width": 390, "height": 800, "scale": 0.5}
        return read_colours(b64decode(self.call("Page.captureScreenshot", format="png", clip=clip)["data"]))

    def end(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            pass
        try:
            self.process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def unfilter(kind, line, above, size):
    for i, byte in enumerate(line):
        left = line[i - size] if i >= size else 0
        up, corner = above[i], above[i - size] if i >= size else 0
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        line[i] = (byte + (0, left, up, (left + up) // 2, paeth)[kind]) & 255


def read_colours(png):
    """Every pixel of a picture as (red, green, blue), line by line."""
    data, at, size, colours = b"", 8, 3, []
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR":
            width, height, _, colour_type = struct.unpack(">IIBB", png[at + 8:at + 18])
            size = {2: 3, 6: 4}[colour_type]
        elif kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    raw, above = zlib.decompress(data), bytearray(width * size)
    for y in range(height):
        begin = y * (width * size + 1)
        line = bytearray(raw[begin + 1:begin + 1 + width * size])
        unfilter(raw[begin], line, above, size)
        colours += [tuple(line[i:i + 3]) for i in range(0, len(line), size)]
        above = line
    return colours


def equal(actual, expected):
    assert actual == expected, f"{actual!r}, not {expected!r}"


def test_desktop(browser, page):
    """On a desktop the run is drawn with a lane for each, the step beside it, and nothing is loaded from elsewhere"""
    browser.open(page, DESKTOP, "light")
    seen = browser.look()
    equal(seen["lanes"], ["alice", "bob", "store", "bus"])
    equal(seen["rows"], ["load Account-a1", "load Account-a1", "append Account-a1", "append Account-a1"])
    equal(seen["marks"], ["", ">", "", ""])
    equal(seen["title"], "Lost update!")
    assert seen["sentence"].startswith("serializable"), seen["sentence"]
    assert "one by one" in seen["states"], seen["states"]
    assert seen["run"] and seen["keys"] and seen["overflow"] <= 0, seen
    assert seen["aside"]["left"] >= seen["diagram"]["right"], "the step is not beside the diagram"
    browser.photograph("report-desktop.png")
    equal([a for a in browser.addresses if a != "file://" + page], [])


def test_keyboard(browser, page):
    """Keys step, jump, and filter; Escape brings everything back"""
    browser.open(page, DESKTOP, "light")
    for key, position, detail in (("Home", "1 of 4", "1. alice: load Account-a1"), ("ArrowLeft", "1 of 4", "1. alice"),
                                  ("ArrowRight", "2 of 4", "2. bob: load Account-a1"), ("ArrowDown", "3 of 4", "3. bob"),
                                  ("End", "4 of 4", "4. alice: append"), ("ArrowUp", "3 of 4", "3. bob: append")):
        browser.press(key)
        seen = browser.look()
        equal(seen["position"], position)
        assert seen["detail"].startswith(detail), (key, seen["detail"])
        equal((seen["picked"], seen["after"]), (int(position[0]) - 1, 4 - int(position[0])))
    browser.press("/")
    equal(browser.look()["focus"], "filter")
    browser.call("Input.insertText", text="bob")
    seen = browser.look()
    equal((seen["position"], len(seen["rows"])), ("2 of 2", 2))
    browser.press("ArrowLeft")
    equal(browser.look()["position"], "2 of 2")
    browser.call("Input.insertText", text="xyz")
    seen = browser.look()
    equal((seen["position"], seen["detail"]), ("none", "No row matches the filter"))
    browser.press("Escape")
    seen = browser.look()
    equal((seen["position"], len(seen["rows"])), ("4 of 4", 4))
    assert seen["focus"] != "filter", "the filter has kept the keyboard"


def test_mouse(browser, page):
    """A click picks a row, a button steps, another simulation is a click away"""
    browser.open(page, DESKTOP, "light")
    browser.click("g.row .back", 1)
    equal(browser.look()["position"], "2 of 4")
    browser.click("#next")
    equal(browser.look()["position"], "3 of 4")
    equal(browser.look()["buttons"][0], "two tellers, one account: proven")
    browser.click("nav button", 0)
    seen = browser.look()
    equal((seen["title"], seen["run"]), ("two tellers, one account", False))


def test_phone(browser, page):
    """On a phone nothing is wider than the screen, and the step stays in sight below the diagram"""
    browser.open(page, PHONE, "light")
    browser.press("Home")
    seen = browser.look()
    assert seen["overflow"] <= 0, f"{seen['overflow']} pixels too wide"
    assert not seen["keys"], "keys are explained where there are none"
    assert seen["aside"]["left"] < seen["diagram"]["right"], "the step is beside the diagram"
    assert seen["aside"]["bottom"] <= seen["height"] + 1, f"the step is out of sight: {seen['aside']}"
    for number in (2, 3, 4):
        browser.click("#next")
        seen = browser.look()
        equal(seen["position"], f"{number} of 4")
        assert seen["row"]["bottom"] <= seen["aside"]["top"] + 1, f"row {number} is behind the step: {seen}"
        assert seen["row"]["top"] >= seen["tools"]["bottom"] - 1, f"row {number} is behind the buttons: {seen}"
    browser.photograph("report-phone.png")


def test_dark(browser, page):
    """In the dark it is dark, in the light it is light, and all of it can be read in both"""
    for scheme, is_dark in (("light", False), ("dark", True)):
        browser.open(page, PHONE if is_dark else DESKTOP, scheme)
        least, where = browser.evaluate(CONTRAST)
        assert least >= 4.5, f"{where} has a contrast of {least:.2f} in the {scheme}"
        colours = browser.sample()
        equal(sum(colours[0]) < 3 * 64, is_dark)
        bright = sum(sum(colour) > 3 * 128 for colour in colours) / len(colours)
        assert bright < 0.2 if is_dark else bright > 0.8, f"{bright:.2f} of it is bright in the {scheme}"
        assert len(set(colours)) > 16, "nothing is drawn"
    browser.open(page, DESKTOP, "dark")
    browser.photograph("report-dark.png")


def test_ids(browser, page):
    """An id is short wherever there is little room, and whole under the mouse, in the focus and in what is copied"""
    page = make_page(os.path.dirname(page), "transfer.json", os.environ["EH_TEST_TRANSFERS"], "*")
    whole = "60000000000000000000000000"
    for screen, scheme, name in ((DESKTOP, "light", "desktop"), (DESKTOP, "dark", "dark"), (PHONE, "light", "phone")):
        browser.open(page, screen, scheme)
        for key in ("Home", *["ArrowRight"] * 5):
            browser.press(key)
        seen = browser.look()
        equal((seen["rows"][4], seen["rows"][5]), ("load Transfer-~1", "append Transfer-~1"))
        assert seen["overflow"] <= 0, f"{seen['overflow']} pixels too wide"
        equal(browser.evaluate("document.querySelector('g.picked title').textContent"), f"~1 is {whole}")
        equal(browser.evaluate("document.querySelector('#detail .id').title"), whole)
        equal(browser.evaluate(WIDTHS), [True, False])
        browser.photograph(f"report-ids-{name}.png")
        browser.evaluate("document.querySelector('#detail .id').focus()")
        equal(browser.evaluate(WIDTHS), [False, True])
        assert browser.look()["overflow"] <= 0, "the whole id is too wide"
        for selector in ("#detail h3", "g.picked text"):
            copied = browser.evaluate(f"document.activeElement.blur(); getSelection().selectAllChildren("
                                      f"document.querySelector('{selector}')); getSelection().toString()")
            assert copied.endswith(f"append Transfer-{whole}"), copied
    for text in (whole, "transfer-~1"):
        browser.evaluate("document.getElementById('filter').value = ''")
        browser.click("#filter")
        browser.call("Input.insertText", text=text)
        rows = browser.look()["rows"]
        equal((len(rows), rows[0]), (9, "load Transfer-~1"))


def make_page(folder, source, domain, which):
    source = os.path.join(os.environ["G_TEST_SRCDIR"], "simulations", source)
    page = os.path.join(folder, "page.html" if which != "*" else "ids.html")
    subprocess.run([os.environ["EH_TEST_TOOL"], "simulate", source, "--domain", domain, "--filter", which, "--report", page],
                   cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert os.path.getsize(page) > 0, "the tool wrote no page"
    return page


def run(tests, browser, page):
    failed = 0
    for number, test in enumerate(tests, 1):
        browser.complaints.clear()
        browser.addresses.clear()
        try:
            test(browser, page)
            equal(browser.complaints, [])
            print(f"ok {number} - {test.__doc__}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {test.__doc__}\n# {error}", flush=True)
    return failed


def main():
    tests = [test_desktop, test_keyboard, test_mouse, test_phone, test_dark, test_ids]
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        print("1..0 # SKIP there is no Chromium to look at the page with; tools/setup check installs it")
        return 0
    print(f"1..{len(tests)}", flush=True)
    os.chdir(os.environ.get("G_TEST_BUILDDIR", "."))
    with tempfile.TemporaryDirectory(prefix="eh-report-", ignore_cleanup_errors=True) as folder:
        page = make_page(folder, "bank.json", os.environ["EH_TEST_BANK"], "*o*")
        browser = Browser(program, folder)
        try:
            return run(tests, browser, page) > 0
        finally:
            browser.end()


sys.exit(main())

"""What a browser sees of one page: what axe says, what is not translated, what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from quizapp.web.pseudo_locale import CLOSE, OPEN
from tests.gates.conftest import Place

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Only violations are worked out in full, and no style sheet is fetched a second time.
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"], "preload": False}
#: What the second look at the same page asks: rules whose answer depends on its width or its scheme.
AGAIN = {
    **OPTIONS,
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]},
}
RUN_AXE = """options => axe.run(document, options).then(told => told.violations.map(
  v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(" | ")))"""
#: Words a reader sees or hears that are neither marked as translated nor declared as data.
BARE_WORDS = """([open, close]) => {
  const whole = new RegExp(`${open}[^${open}${close}]*${close}`, "gu");
  const unmarked = text => {
    for (let before = ""; before !== text; ) [before, text] = [text, text.replace(whole, "")];
    // What is left of a sentence that holds elements: its text nodes see one mark or none.
    return text.replace(new RegExp(`${open}.*$`, "su"), "").replace(new RegExp(`^.*${close}`, "su"), "");
  };
  const isBare = (text, element) =>
    /\\p{L}{2}/u.test(unmarked(text)) && !element.closest('[translate="no"], script, style, time, textarea');
  const bare = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (isBare(node.textContent, node.parentElement)) bare.push(node.textContent.trim().slice(0, 80));
  for (const name of ["aria-label", "alt", "title", "placeholder"])
    for (const element of document.body.querySelectorAll(`[${name}]`))
      if (isBare(element.getAttribute(name), element))
        bare.push(`${name}="${element.getAttribute(name).slice(0, 80)}"`);
  return bare;
}"""
#: Elements whose text is cut off, and pages wider than the window.
CLIPPED = """() => {
  const cut = [...document.querySelectorAll("a, button, label, h1, h2, h3, p, dt, dd, th, td, li, summary")]
    .filter(n => n.offsetParent && !n.closest(".visually-hidden, [class*=tooltip], .task-tip"))
    .filter(n => getComputedStyle(n).overflowX === "hidden" && n.scrollWidth > n.clientWidth + 1)
    .map(n => n.tagName + "." + n.className + ": " + n.textContent.trim().slice(0, 40));
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wide > 1 ? [...cut, `page is ${wide} px too wide`] : cut;
}"""
#: The part of a page below its menu, without what is new at every load.
BELOW_THE_MENU = """() => {
  const shown = document.body.cloneNode(true);
  for (const part of shown.querySelectorAll("body > header, [name=csrf_token]")) part.remove();
  return document.title + shown.outerHTML;
}"""
#: What was looked at, below the menu; most roles see the same framework, checks and explanations.
SEEN: set[str] = set()
#: Routes of which axe has seen a page at a desk; what other roles and items show there has the same colours.
SEEN_AT_A_DESK: set[str | None] = set()
#: The two looks at a page: a desk and a phone, each in the other scheme.
DESK, PHONE = (1280, "light"), (360, "dark")


@dataclass(slots=True)
class Window:
    """A page somebody has open, and what it asked for or was refused while it was open."""

    page: Any
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    has_looked: bool = False

    def open(self, url: str, route: str | None = None) -> list[str]:
        """Go there and look, unless another role has seen the same; gives everything wrong with the page."""
        answer = self.page.goto(url)
        faults = [] if answer.ok else [f"answers {answer.status}"]
        return faults if self._is_known() else [*faults, *self.look(route)]

    def _is_known(self) -> bool:
        """Whether nothing below the menu is new to this process; each window looks at its menu once."""
        shown = self.page.evaluate(BELOW_THE_MENU)
        is_known = self.has_looked and shown in SEEN
        SEEN.add(shown)
        self.has_looked = True
        return is_known

    def look(self, route: str | None = None) -> list[str]:
        """Everything wrong with the page that is open; its size and scheme change, it stays loaded."""
        self.page.wait_for_load_state()
        is_new = route is None or route not in SEEN_AT_A_DESK
        SEEN_AT_A_DESK.add(route)
        faults = [*self._look(*PHONE, OPTIONS), *self._look(*DESK, AGAIN if is_new else None)]
        bare = self.page.evaluate(BARE_WORDS, [OPEN, CLOSE])
        return faults + [f"not translated: {words}" for words in bare]

    def _look(self, width: int, scheme: str, options: dict[str, Any] | None) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        told = self.page.evaluate(RUN_AXE, options) if options else []
        faults = [f"axe {width} {scheme}: {one}" for one in told]
        return faults + [f"clipped at {width}: {told}" for told in self.page.evaluate(CLIPPED)]


@contextmanager
def window(place: Place, browser: Any, role: str) -> Iterator[Window]:
    """A window of somebody of this role, on whose every page axe is at hand."""
    context = browser.new_context(viewport={"width": DESK[0], "height": 900}, reduced_motion="reduce")
    context.add_init_script(AXE)
    context.add_cookies(place.cookies(role))
    told = Window(context.new_page())
    told.page.on(
        "request", lambda r: None if r.url.startswith((place.url, "data:")) else told.outside.append(r.url)
    )
    told.page.on("console", lambda m: told.errors.append(m.text) if m.type == "error" else None)
    told.page.on("pageerror", lambda error: told.errors.append(str(error)))
    yield told
    context.close()

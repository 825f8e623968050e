"""Every page of every role: accessible, translated, unclipped, without an outside request."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from quizapp.web.pseudo_locale import OPEN
from tests.gates.conftest import ROLES, Place
from tests.gates.crawl import pages

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
RUN_AXE = """rules => axe.run(document, rules).then(told => told.violations.map(
  v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(" | ")))"""
#: Visible text with letters that is neither marked as translated nor declared as data.
BARE_TEXT = """open => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const bare = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!/\\p{L}{2}/u.test(text) || parent.closest('[translate="no"], script, style, time')) continue;
    if (!text.includes(open) && !text.includes("\\u27e7")) bare.push(text.slice(0, 80));
  }
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


@pytest.mark.parametrize("role", list(ROLES))
def test_every_page_of_a_role(place: Place, browser: Any, role: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=False)
    context.add_cookies(place.cookies(role))
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((place.url, "data:")) else outside.append(r.url))
    refused: list[str] = []
    page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
    faults: dict[str, list[str]] = {}
    for route, url in pages(place, page):
        found = [*look(page, url, 1280, "light"), *look(page, url, 360, "dark")]
        if found:
            faults[route] = found
    context.close()
    assert (faults, outside, refused) == ({}, [], [])


def look(page: Any, url: str, width: int, scheme: str) -> list[str]:
    """Everything wrong with a page at this width and in this colour scheme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(url)
    page.evaluate(AXE)
    faults = [f"axe {width} {scheme}: {told}" for told in page.evaluate(RUN_AXE, RULES)]
    faults += [f"clipped at {width}: {told}" for told in page.evaluate(CLIPPED)]
    if width > 360:
        faults += [f"not translated: {told}" for told in page.evaluate(BARE_TEXT, OPEN)]
    return faults

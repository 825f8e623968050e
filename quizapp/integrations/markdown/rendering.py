"""Markdown of items and instructions to safe HTML: no raw HTML in, sanitised on the way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markupsafe import Markup, escape

from quizapp.domain.formula import FORMULA, Formula, found
from quizapp.domain.picture import MEDIA_PREFIX, STORED_NAME
from quizapp.integrations.markdown.maths import mathml

_TAGS = frozenset(
    [
        "p",
        "br",
        "strong",
        "em",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "sup",
        "sub",
        "hr",
        "h3",
        "h4",
        "img",
    ]
)
_IMAGE_ATTRIBUTES = {"img": {"src", "alt"}}
#: Where pictures are served; the page's own address does not matter.
MEDIA = f"/{MEDIA_PREFIX}"
_IMAGE = re.compile(r'<img [^>]*?alt="([^"]*)"[^>]*>')
_TAG = re.compile(r"<[^>]*>")

#: Texts of which the HTML is kept: those of a few exams. The same text always gives the same HTML.
KEPT = 4_096


def _image(renderer: Any, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
    """A picture that is stored here; of any other its words stay."""
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children or [], options, env)
    # No element can stand in an attribute: there a formula is its source.
    words = str(escape(_MARK.sub(lambda mark: env["formulas"][int(mark[1])].source, words)))
    source = str(token.attrGet("src") or "")
    if not source.startswith(MEDIA_PREFIX) or not STORED_NAME.fullmatch(source.removeprefix(MEDIA_PREFIX)):
        return words
    return f'<img src="/{source}" alt="{words}">'


#: Where a formula stands while the HTML around it is sanitised: signs of private use, a number between.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PRIVATE = {ord(_OPEN): None, ord(_CLOSE): None}


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula between dollars; what is in it is no Markdown."""
    match = FORMULA.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        told = state.env.setdefault("formulas", [])
        state.push("text", "", 0).content = f"{_OPEN}{len(told)}{_CLOSE}"
        told.append(found(match))
    state.pos = match.end()
    return True


def _markdown() -> MarkdownIt:
    told = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    told.inline.ruler.before("escape", "formula", _formula)
    told.renderer.rules["image"] = lambda *told_of: _image(told.renderer, *told_of)  # type: ignore[attr-defined]
    return told


_MARKDOWN = _markdown()


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Pictures come from our own store only, whatever let an address through to here."""
    if (tag, attribute) != ("img", "src"):
        return value
    return value if value.startswith(MEDIA) and STORED_NAME.fullmatch(value.removeprefix(MEDIA)) else None


def _clean(html: str) -> Markup:
    attributes: Mapping[str, set[str]] = _IMAGE_ATTRIBUTES
    told = nh3.clean(html, tags=set(_TAGS), attributes=dict(attributes), attribute_filter=_kept)
    return Markup(told)  # noqa: S704 - the line above is the sanitiser


def _html(text: str, render: Callable[[str, dict[str, Any]], str]) -> tuple[str, list[Formula]]:
    """Sanitised HTML with marks in the place of formulas, and the formulas."""
    env: dict[str, Any] = {}
    return _clean(render((text or "").translate(_PRIVATE), env)), env.get("formulas", [])


def _shown(told: tuple[str, list[Formula]]) -> Markup:
    html, formulas = told
    whole = _MARK.sub(lambda mark: mathml(formulas[int(mark[1])]), html)
    return Markup(whole)  # noqa: S704 - sanitised, and MathML that was written from a list of elements


@lru_cache(KEPT)
def render(text: str) -> Markup:
    """HTML for a block of Markdown; links are dropped, and pictures that are not stored here: their
    text stays. Formulas become MathML.
    """
    return _shown(_html(text, _MARKDOWN.render))


@lru_cache(KEPT)
def render_inline(text: str) -> Markup:
    """HTML for one line of Markdown, without a paragraph around it."""
    return _shown(_html(text, _MARKDOWN.renderInline))


@lru_cache(KEPT)
def plain(text: str) -> str:
    """The words of Markdown and nothing else, for where no HTML can stand; of a picture what it shows,
    of a formula its TeX.
    """
    html, formulas = _html(text, _MARKDOWN.render)
    words = unescape(_TAG.sub(" ", _IMAGE.sub(r"\1", html)))
    return " ".join(_MARK.sub(lambda mark: formulas[int(mark[1])].source, words).split())


#: The filters of templates, by name.
FILTERS: Mapping[str, Callable[[str], str]] = {
    "markdown": render,
    "markdown_inline": render_inline,
    "markdown_plain": plain,
}

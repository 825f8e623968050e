"""Markdown of items and instructions to safe HTML: no raw HTML in, sanitised on the way out."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
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
    ]
)

#: Texts of which the HTML is kept: those of a few exams. The same text always gives the same HTML.
KEPT = 4_096


@lru_cache(KEPT)
def render(text: str) -> Markup:
    """HTML for a block of Markdown; links and images are dropped, their text stays."""
    html = nh3.clean(_MARKDOWN.render(text or ""), tags=set(_TAGS), attributes={})
    return Markup(html)  # noqa: S704 - the line above is the sanitiser


@lru_cache(KEPT)
def render_inline(text: str) -> Markup:
    """HTML for one line of Markdown, without a paragraph around it."""
    html = nh3.clean(_MARKDOWN.renderInline(text or ""), tags=set(_TAGS), attributes={})
    return Markup(html)  # noqa: S704 - the line above is the sanitiser

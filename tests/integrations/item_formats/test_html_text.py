"""HTML as Markdown and back: what is shown stays shown, and what cannot be is told."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from quizapp.integrations.item_formats.html_text import as_markdown
from quizapp.integrations.item_formats.markdown_text import as_html, escaped, pictures_in, with_pictures_at
from tests.support.generated_items import SIGNS

#: HTML, the Markdown it becomes, and the reasons of what changed.
EXAMPLES: list[tuple[str, str, list[str]]] = [
    (
        "<p>Hello <b>bold </b>and <i>it</i></p><p>second<br>line</p>",
        "Hello **bold** and *it*\n\nsecond\\\nline",
        [],
    ),
    ("<strong><em>x</em></strong> <b>a</b><b>b</b><b><b>c</b></b>", "***x*** **abc**", []),
    ("a<b>(b)</b>c", "a(b)c", ["markup_dropped"]),
    ("a<br><br>b<br>", "a\n\nb", []),
    ("<ul><li>a</li><li>b<ol start=3><li>c</li></ol></li></ul>", "- a\n- b\n  3. c", []),
    ("<ol><li><p>x</p><p>y</p></li><li>z</li></ol>", "1. x\n\n   y\n\n2. z", []),
    (
        "<table><tr><th>a|b</th><th>c</th></tr><tr><td>d</td></tr></table>",
        "| a\\|b | c |\n| --- | --- |\n| d |  |",
        [],
    ),
    ("<table><tr><td colspan=2>d</td></tr></table>", "| d |\n| --- |", ["header_made", "cells_merged"]),
    ("H<sub>2</sub>O, x<sup>2</sup>, n<sup>th</sup>", "H₂O, x², nth", ["markup_dropped"]),
    ("<pre>a\n  b</pre><code>x`y</code>", "```\na\n  b\n```\n\n``x`y``", []),
    (
        "<h2>T</h2><h4>U</h4><hr><blockquote>q</blockquote>",
        "### T\n\n#### U\n\n---\n\n> q",
        ["heading_level"],
    ),
    (
        '<a href="http://x/">y</a> <img src="http://x/z.png" alt="A [b]">',
        "y A [b]",
        ["link_dropped", "picture_dropped"],
    ),
    ('<img src="here.png" alt="A [b]">', "![A \\[b\\]](media/here.png)", []),
    ("<script>1</script><iframe></iframe><p>x</p>", "x", ["element_dropped", "element_dropped"]),
    ('<p style="color:red">x <u>y</u></p>', "x y", ["style_dropped", "markup_dropped"]),
    ("1. no list<br># no heading<br>- none", "1\\. no list\\\n\\# no heading\\\n\\- none", []),
    ("a &amp;amp; b &lt;i&gt; \\(x^2\\)", "a \\&amp; b \\<i> \\\\(x^2\\\\)", ["formula"]),
    (r"Is $x_1^2 \, y$ <b>so</b>?", r"Is $x_1^2 \, y$ **so**?", []),
    (r"From $a to b%$, $$\foo$$", r"From \$a to b%\$, \$\$\foo\$\$", ["formula"]),
    ("A gap _____ here, snake_case, 2*3, a * b", "A gap _____ here, snake_case, 2\\*3, a * b", []),
    ("<div>" * 150 + "x", "", ["too_deep"]),
    ("<p>x</p>\n", "x\n", []),
    ("  ", "", []),
]


@pytest.mark.parametrize(("source", "text", "reasons"), EXAMPLES)
def test_html_becomes_markdown(source: str, text: str, reasons: list[str]) -> None:
    converted = as_markdown(source, lambda address: address if address == "here.png" else None)
    assert (converted.text, [reason for reason, _ in converted.changes]) == (text, reasons)


@given(st.text(SIGNS, max_size=40))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    for markdown in (escaped(text), as_markdown(escape(text)).text):
        assert _words(as_html(markdown)) == " ".join(text.split())


TAGS = st.sampled_from(["b", "i", "p", "div", "li", "span", "code"])
NODES = st.recursive(
    st.text(SIGNS, min_size=1, max_size=8).map(escape),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=3)).map(
        lambda told: f"<{told[0]}>{''.join(told[1])}</{told[0]}>"
    ),
    max_leaves=8,
)


@example("<b>:</b>")
@example("<b><code>0</code><code>0</code></b>")
@example("<i><b>0</b>0<b>0</b></i>")
@example("x\n_ _ _\n* * *\n--|--")
@given(NODES)
def test_no_word_is_lost(source: str) -> None:
    """Whatever the markup: letter by letter, without regard to spacing."""
    shown = _words(as_html(as_markdown(source).text))
    assert shown.replace(" ", "") == "".join(_words(source).split())


def test_pictures_are_found_and_renamed() -> None:
    text = "![one \\[1\\]](media/a.png) ![](media/b-2.jpg) [no](media/c.png) ![](http://x/media/d.png)"
    assert pictures_in(text) == ["a.png", "b-2.jpg"]
    assert with_pictures_at("![x](media/a.png)", "@@/") == "![x](@@/a.png)"


def _words(source: str) -> str:
    root: Any = html.fragment_fromstring(source or "<p/>", create_parent="div")
    return " ".join(root.text_content().split())

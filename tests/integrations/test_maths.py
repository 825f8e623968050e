"""Formulas as MathML: everything known is drawn, nothing of the author's reaches the page unescaped."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import formula
from quizapp.integrations import markdown

KNOWN = [
    *(rf"\{name}{'{a}' * count}" for name, count in formula.ARGUMENTS.items()),
    *(rf"x \{name} y" for name in sorted(formula.SIGNS | formula.ESCAPED)),
    *(rf"\begin{{{name}}}a&b\\c&d\end{{{name}}}" for name in sorted(formula.ENVIRONMENTS)),
    *(rf"\left{sign} x \right{sign}" for sign in sorted(formula.DELIMITERS)),
]
TAG = re.compile(r"<(/?)([a-z0-9]+)")


def test_everything_that_is_known_is_drawn() -> None:
    assert [source for source in KNOWN if "<code>" in markdown.render_inline(f"${source}$")] == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Is $x^2$ **odd**?",
            '<p>Is <math display="inline" alttext="x^2"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
            " <strong>odd</strong>?</p>\n",
        ),
        (
            r"$$\text{<script>}$$",
            '<p><math display="block" alttext="\\text{&lt;script&gt;}"><mrow><mtext>&lt;script&gt;</mtext>'
            "</mrow></math></p>\n",
        ),
        (r"$\href{x}{y}$", "<p><code>\\href{x}{y}</code></p>\n"),
        ("It costs $5, not $10; `$x$`.", "<p>It costs $5, not $10; <code>$x$</code>.</p>\n"),
        (
            "\ue0000\ue001 and $a$",
            '<p>0 and <math display="inline" alttext="a"><mrow><mi>a</mi></mrow></math></p>\n',
        ),
    ],
)
def test_a_text_with_formulas(text, html) -> None:
    assert markdown.render(text) == html
    assert f"<p>{markdown.render_inline(text)}</p>\n" == html


def test_words_alone_keep_the_source() -> None:
    assert markdown.plain(r"*So* $\frac12$ is half, $5 are not.") == r"So \frac12 is half, $5 are not."


@given(st.text(alphabet=r"\{}^_$&<>\"'ax1 frctexl%", max_size=60))
def test_whatever_is_written_only_known_tags_come_out(text) -> None:
    tags = {name for _, name in TAG.findall(markdown.render(f"${text}$ $${text}$$"))}
    maths = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msup", "msub"}
    maths |= {"msubsup", "mover", "munder", "munderover", "mstyle", "mtable", "mtr", "mtd"}
    assert tags <= maths | {
        "p",
        "em",
        "strong",
        "code",
        "br",
        "blockquote",
        "ul",
        "ol",
        "li",
        "hr",
        "h3",
        "pre",
    }


@pytest.mark.parametrize("source", ["x^a^b", "x_a_b", "^2'", r"'{\begin{cases}[(&[<|\\x|\end{cases}_1''}"])
def test_what_the_converter_refuses_is_shown_as_code(source) -> None:
    assert markdown.render_inline(f"${source}$").startswith("<code>")


def test_in_the_words_of_a_picture_a_formula_is_its_source() -> None:
    name = f"{'a' * 64}.png"
    assert markdown.render_inline(f"![a $x<y$ b](media/{name})") == (
        f'<img src="/media/{name}" alt="a x&lt;y b">'
    )


def test_a_long_run_of_backticks_is_checked_in_one_pass() -> None:
    assert [*formula.of_text("`" * 10_000 + " $x$")] == [formula.Formula("x", False)]

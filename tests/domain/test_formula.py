"""Formulas in Markdown: which dollars open one, and what each fault is called."""

from __future__ import annotations

import pytest

from quizapp import resources
from quizapp.domain import formula
from quizapp.domain.formula import Formula


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It costs $5 and not $10.", []),
        ("US$5/$6 or $ 7 $", []),
        ("~~~\n$x$\n~~~\n", []),
        (r"\$x$ and `$y$` and ``a ` $z$``", []),
        ("So $x+1$, ($y$) and $z$.", [("x+1", False), ("y", False), ("z", False)]),
        (r"Thus $$\frac{a}{b}$$ holds, at \$3 or $3\$$.", [(r"\frac{a}{b}", True), (r"3\$", False)]),
    ],
)
def test_a_formula_stands_between_dollars_and_prices_do_not(text, told) -> None:
    assert list(formula.of_text(text)) == [Formula(*one) for one in told]


@pytest.mark.parametrize(
    ("source", "value", "reason"),
    [
        (r"\frac{1", "}", "formula_unbalanced"),
        ("x}", "}", "formula_unbalanced"),
        (r"\left( x", r"\right", "formula_unbalanced"),
        (r"\begin{matrix} a \end{cases}", "matrix", "formula_unbalanced"),
        (r"\frac{1}", r"\frac", "formula_incomplete"),
        ("x^", "^", "formula_incomplete"),
        (r"\left x \right)", r"\left", "formula_incomplete"),
        (r"\href{javascript:x}{y}", r"\href", "formula_unknown"),
        (r"\begin{tikz} x \end{tikz}", r"\begin{tikz}", "formula_unknown"),
        ("50%", "%", "formula_sign"),
        ("x^a^b", "^", "formula_sign"),
        ("x_a^b_c", "_", "formula_sign"),
        ("x^2'", "'", "formula_sign"),
        ("a & b", "&", "formula_sign"),
        ("{" * 30 + "x" + "}" * 30, "", "formula_too_deep"),
        ("x" * 501, "", "formula_too_long"),
    ],
)
def test_each_fault_is_named_with_its_place(source, value, reason) -> None:
    (problem,) = formula.check({"options": [{"id": "a", "text": f"See ${source}$."}]})
    assert (problem.field, problem.value, problem.reason) == ("options[a].text", value, reason)
    assert not formula.is_sound(source)


def test_sound_formulas_have_no_problem() -> None:
    for source in (
        r"x_1^{2n} + \frac12",
        r"\sqrt[3]{\frac{a}{b}}",
        r"\left\{ \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases} \right.",
        r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
        r"50\,\%",
        "f''(x) + x_1'",
    ):
        assert list(formula.check(f"${source}$")) == []


def test_no_shipped_text_holds_a_formula_by_chance() -> None:
    folder = resources.folder("question_banks") / "security-cooperation"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")]
    assert [told for text in texts for line in text.splitlines() for told in formula.of_text(line)] == []


def test_only_markdown_fields_hold_formulas() -> None:
    assert list(formula.check({"answers": [{"unit": r"$\foo$"}], "sources": [{"section": "$50%$"}]})) == []

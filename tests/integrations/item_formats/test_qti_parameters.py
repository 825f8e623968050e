"""Formulas of reckoned numbers, through QTI and back: they come to the same."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from quizapp.domain.exchange import Given, Picture
from quizapp.domain.item_types import expression
from quizapp.domain.item_types.expression import ExpressionError
from quizapp.integrations.item_formats.qti.names import THREE, Maker
from quizapp.integrations.item_formats.qti.parameters import formula
from quizapp.integrations.item_formats.qti.scoring import Rules
from tests.support.qti import FORMATS, PNG, example, files, outgoing, packed, read, returned, written
from tests.support.qti_grammar import breaches

VALUES = {"days": Fraction(45), "passed": Fraction(5)}
_ATOMS = st.sampled_from(["days", "passed", "2", "0.25", "10"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join)
    calls = st.tuples(st.sampled_from(["max", "min"]), inner, inner).map("{0[0]}({0[1]}, {0[2]})".format)
    return st.one_of(
        pairs,
        pairs.map("({})".format),
        inner.map("-{}".format),
        inner.map("-({})".format),
        inner.map("({}) ^ 2".format),
        inner.map("2 ^ -({} ^ 2 * 0)".format),
        inner.map("abs({})".format),
        inner.map("sqrt(abs({}))".format),
        inner.map("round({}, 1)".format),
        inner.map("round({})".format),
        calls,
    )


#: Formulas of every sign and function, with and without brackets.
formulas = st.recursive(_ATOMS, _grown, max_leaves=5)


def _value(text: str) -> Fraction | None:
    try:
        return expression.value(expression.parse(text), VALUES)
    except ExpressionError:
        return None


@settings(max_examples=150)
@given(text=formulas.filter(lambda told: _value(told) is not None and len(told) < expression.LONGEST))
def test_a_formula_comes_to_the_same_without_our_metadata(text: str) -> None:
    members = files(written("qti3", outgoing([example("parametrised_numeric", id="a-1")])))
    # What the writer makes of this formula stands where the example's stood.
    item = members["items/a-1.xml"]
    other = etree.fromstring(item)
    (correct,) = other.iter("{*}qti-set-correct-response")

    correct[:] = [formula(Rules(Maker(THREE)), expression.parse(text))]
    (entry,) = read("qti3", etree.tostring(other)).entries
    source = entry.source or {}
    back = source["answer"]["expression"]  # type: ignore[index]
    assert _value(back) == _value(text)


@pytest.mark.parametrize("name", FORMATS)
def test_every_kind_of_range_and_a_formula_in_a_formula(name: str) -> None:
    item = example(
        "parametrised_numeric",
        id="a-1",
        stem="Of {days} days\n\n- **{rate}**\n- `{days}` $\\frac{days}{2}$ ![{days}](media/p.png)\n",
        parameters=[
            {"name": "days", "from": "-4", "to": "9", "step": "3"},
            {"name": "rate", "from": "0.5", "to": "2.50", "step": "0.5"},
        ],
        answer={"expression": "days*rate", "tolerance": "0.1", "rationale": "So: {rate} by {days}."},
    )
    data = written(name, outgoing([item], (), [Picture("p.png", "image/png", PNG)]))
    assert returned(read(name, data, Given())) == [item]
    assert breaches(files(data)) == []
    printed = [one.get("identifier") for one in _every(files(data)["items/a-1.xml"], "printed")]
    assert printed == ["days", "rate", "days", "days", "rate", "days"]


def _every(data: bytes, part: str) -> list[etree._Element]:
    return [one for one in etree.fromstring(data).iter("{*}*") if part in str(one.tag)]


def test_what_somebody_changed_elsewhere_comes_back_changed() -> None:
    members = files(written("qti3", outgoing([example("parametrised_numeric", id="a-1")])))
    item = members["items/a-1.xml"].replace(b'max="90"', b'max="120"').replace(b"qti-subtract", b"qti-sum")
    (entry,) = read("qti3", packed({**members, "items/a-1.xml": item})).entries
    source = entry.source or {}
    assert source["parameters"] == [
        {"name": "days", "from": "30", "to": "120", "step": "15"},
        {"name": "passed", "from": "5", "to": "20", "step": "5"},
    ]
    assert source["answer"]["expression"] == "days + passed"  # type: ignore[index]

"""Response processing that we write pays what our own marking pays, for any response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import item_type
from quizapp.integrations.item_formats.qti import item_writing
from quizapp.integrations.item_formats.qti.expressions import Unread
from quizapp.integrations.item_formats.qti.names import THREE, TWO, to_identifier
from quizapp.integrations.item_formats.qti.processing import Processing
from quizapp.integrations.item_formats.qti.scoring import RESPONSE
from quizapp.integrations.item_formats.qti.values import Many, Value
from tests.support.qti import items

Given = tuple[dict[str, Any], Mapping[str, Value]]


def _alone(value: Value) -> Mapping[str, Value]:
    return {RESPONSE: value}


def _choices(draw: st.DrawFn, item: ItemVersion) -> Given:
    ids = [row["id"] for row in item.content["options"]]  # type: ignore[attr-defined]
    if item.type == "hotspot" and not item.content.get("several"):
        told = draw(st.sampled_from(ids))
        return {"choices": [told]}, _alone(to_identifier(told))
    if item.type not in ("multiple_response", "hotspot"):
        told = draw(st.sampled_from(ids))
        return {"choice": told}, _alone(to_identifier(told))
    some = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    return {"choices": sorted(some)}, _alone(Many(tuple(map(to_identifier, some))))


def _order(draw: st.DrawFn, item: ItemVersion) -> Given:
    order = draw(st.permutations([row["id"] for row in item.content["options"]]))  # type: ignore[attr-defined]
    ranks = {told: rank for rank, told in enumerate(order, start=1)}
    return {"ranks": ranks}, _alone(Many(tuple(map(to_identifier, order)), is_ordered=True))


def _pairs(draw: st.DrawFn, item: ItemVersion) -> Given:
    content: Mapping[str, Any] = item.content
    offered = st.sampled_from([row["id"] for row in content["options"]])
    names = [row["id"] for row in content["prompts"]]
    pairs = draw(st.dictionaries(st.sampled_from(names), offered, min_size=1))
    told = tuple(f"{to_identifier(one)} {to_identifier(two)}" for one, two in pairs.items())
    return {"pairs": pairs}, _alone(Many(told))


def _number(draw: st.DrawFn, item: ItemVersion) -> Given:
    near = draw(st.sampled_from(["0", "0.5", "-3", "1000"]))
    told = draw(st.sampled_from([str(item.key["value"]), near]))
    return {"number": told}, _alone(float(told))


def _text(draw: st.DrawFn, item: ItemVersion) -> Given:
    known = [" ".join(text.split()) for text in item.key["answers"]]  # type: ignore[attr-defined]
    told = draw(st.sampled_from([*known, *(text.upper() for text in known), "none of these"]))
    return {"text": told}, _alone(told)


def _cells(draw: st.DrawFn, item: ItemVersion) -> Given:
    content: Mapping[str, Any] = item.content
    columns = [row["id"] for row in content.get("columns", ({"id": "true"}, {"id": "false"}))]
    right: Mapping[str, str] = item.key["cells"]  # type: ignore[assignment]
    filled = {row: draw(st.sampled_from([column, *columns])) for row, column in right.items()}
    told = tuple(f"{to_identifier(row)} {to_identifier(column)}" for row, column in filled.items())
    return {"cells": filled}, _alone(Many(told))


def _dropdowns(draw: st.DrawFn, item: ItemVersion) -> Given:
    gaps: list[dict[str, Any]] = list(item.content["gaps"])  # type: ignore[call-overload]
    chosen = {gap["id"]: draw(st.sampled_from([row["id"] for row in gap["options"]])) for gap in gaps}
    return {"gaps": chosen}, {f"GAP-{gap}": to_identifier(told) for gap, told in chosen.items()}


def _words(draw: st.DrawFn, item: ItemVersion) -> Given:
    content: Mapping[str, Any] = item.content
    known: Mapping[str, list[str]] = item.key["answers"]  # type: ignore[assignment]
    pool = content.get("words", ["none of these"])
    words = {gap: draw(st.sampled_from([*right, *pool])) for gap, right in known.items()}
    if "words" not in content:
        return {"words": words}, {f"GAP-{gap}": word for gap, word in words.items()}
    told = tuple(f"W{pool.index(word) + 1} GAP-{gap}" for gap, word in words.items())
    return {"words": words}, _alone(Many(told))


#: Where a text is compared: QTI knows neither runs of spaces nor forms of letters.
TEXTS = frozenset({"short_text", "gap_text"})
RESPONSES = {
    "matrix": _cells,
    "hotspot": _choices,
    "dropdown_cloze": _dropdowns,
    "gap_text": _words,
    "single_choice": _choices,
    "multiple_response": _choices,
    "true_false": _choices,
    "ordering": _order,
    "matching": _pairs,
    "numeric": _number,
    "short_text": _text,
}


@settings(max_examples=150)
@given(data=st.data(), item=items.filter(lambda one: one.type in RESPONSES))
def test_a_file_pays_what_we_pay(data: st.DataObject, item: ItemVersion) -> None:
    response, value = data.draw(st.composite(RESPONSES[item.type])(item))
    ours = item_type(item.type).mark(item.key, item.content, response)
    for dialect in (THREE, TWO):
        root = item_writing.write(dialect, item, None, "en").root
        processing = Processing(root)
        paid = processing(value)["SCORE"]
        if item.type in TEXTS:
            assert paid <= float(ours.points) + 1e-12  # type: ignore[operator]
        else:
            assert paid == pytest.approx(float(ours.points), abs=1e-12)
        assert processing(dict.fromkeys(value))["SCORE"] == 0.0


def _item(expression: str) -> Any:
    declared = (
        '<responseDeclaration identifier="R" cardinality="ordered" baseType="identifier">'
        "<correctResponse><value>a</value><value>b</value></correctResponse></responseDeclaration>"
        '<responseDeclaration identifier="N" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="WHOLE" cardinality="single" baseType="integer"/>'
    )
    rule = f'<setOutcomeValue identifier="SCORE">{expression}</setOutcomeValue>'
    return etree.fromstring(
        f"<assessmentItem>{declared}<responseProcessing>{rule}</responseProcessing></assessmentItem>"
    )


R, N = '<variable identifier="R"/>', '<variable identifier="N"/>'


def _float(told: object) -> str:
    return f'<baseValue baseType="float">{told}</baseValue>'


def _name(told: str) -> str:
    return f'<baseValue baseType="identifier">{told}</baseValue>'


A_AND_B = f"<multiple>{_name('a')}{_name('b')}</multiple>"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"<match>{R}<correct identifier='R'/></match>", True),
        (f"<match>{R}<ordered>{_name('b')}{_name('a')}</ordered></match>", False),
        (f"<containerSize>{R}</containerSize>", 2.0),
        (f"<index n='2'>{R}</index>", "b"),
        (f"<index n='3'>{R}</index>", None),
        (f"<member>{_name('a')}{R}</member>", True),
        (f"<contains>{R}<ordered>{_name('b')}</ordered></contains>", True),
        (f"<delete>{_name('a')}{R}</delete>", Many(("b",), is_ordered=True)),
        (f"<contains>{A_AND_B}<multiple>{_name('b')}</multiple></contains>", True),
        (f"<contains>{A_AND_B}<multiple>{_name('c')}</multiple></contains>", False),
        (f"<equal toleranceMode='exact'>{N}{_float(3)}</equal>", True),
        (f"<equal toleranceMode='absolute' tolerance='1'>{_float(2)}{N}</equal>", True),
        (f"<equal toleranceMode='absolute' tolerance='1' includeLowerBound='false'>{_float(2)}{N}</equal>",
         False),
        (f"<equal toleranceMode='relative' tolerance='50 10'>{_float(1.5)}{N}</equal>", True),
        (f"<equal toleranceMode='relative' tolerance='50 10'>{_float(3.4)}{N}</equal>", False),
        (f"<and><gte>{N}{_float(3)}</gte><lt>{N}{_float(4)}</lt></and>", True),
        (f"<or><gt>{N}{_float(3)}</gt><lte>{N}{_float(2)}</lte></or>", False),
        (f"<not><isNull>{N}</isNull></not>", True),
        (f"<and><null/><gt>{N}{_float(9)}</gt></and>", False),
        (f"<sum>{N}{_float(1)}</sum>", 4.0),
        (f"<product>{N}{_float(2)}</product>", 6.0),
        (f"<subtract>{N}{_float(2)}</subtract>", 1.0),
        (f"<divide>{N}{_float(0)}</divide>", None),
        (f"<max>{N}{_float(7)}</max>", 7.0),
        (f"<min>{N}{_float(7)}</min>", 3.0),
        (f"<round>{_float(2.5)}</round>", 3.0),
        (f"<truncate>{_float(-2.5)}</truncate>", -2.0),
        ("<stringMatch caseSensitive='false'><baseValue baseType='string'>Ab</baseValue>"
         "<baseValue baseType='string'>aB</baseValue></stringMatch>", True),
        ("<stringMatch caseSensitive='true' substring='true'><baseValue baseType='string'>Abc</baseValue>"
         "<baseValue baseType='string'>bc</baseValue></stringMatch>", True),
    ],
)  # fmt: skip
def test_every_operator_that_is_understood(expression: str, expected: Value) -> None:
    told = Processing(_item(expression))({"R": Many(("a", "b"), is_ordered=True), "N": 3.0})
    assert told["SCORE"] == expected


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("<customOperator/>", "custom-operator"),
        ("<variable identifier='X'/>", "variable X"),
        ("<mapResponse identifier='R'/>", "mapping"),
        (f"<equal toleranceMode='absolute'>{N}{N}</equal>", "tolerance"),
        (f"<match>{N}</match>", "two values"),
    ],
)
def test_what_is_not_understood_is_named(expression: str, told: str) -> None:
    with pytest.raises(Unread) as unread:
        Processing(_item(expression))({"N": 3.0})
    assert unread.value.told == told

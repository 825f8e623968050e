"""What every item type owes, checked over the registry."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizapp.domain.errors import DomainError
from quizapp.domain.item_types import ITEM_TYPES, Mark, item_type
from quizapp.domain.item_types.base import as_stored

NOTHING = Mark(Fraction(0), Fraction(1), is_right=False)
FULL = Mark(Fraction(1), Fraction(1), is_right=True)
CANARY = "zqx-canary"

scalars = st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=8)
shapes = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
field_names = st.sampled_from(
    [
        "stem",
        "text",
        "options",
        "prompts",
        "gaps",
        "statements",
        "parameters",
        "picture",
        "answer",
        "answers",
        "scoring",
        "x",
    ]
)
every_type = pytest.mark.parametrize("kind", list(ITEM_TYPES.values()), ids=list(ITEM_TYPES))
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_registry_holds_every_type():
    assert list(ITEM_TYPES) == [
        "single_choice",
        "multiple_response",
        "true_false",
        "ordering",
        "matching",
        "numeric",
        "short_text",
        "dropdown_cloze",
        "gap_text",
        "matrix",
        "parametrised_numeric",
        "hotspot",
        "essay",
    ]
    assert [ITEM_TYPES[name].name for name in ITEM_TYPES] == list(ITEM_TYPES)


def test_an_unknown_type_is_refused():
    with pytest.raises(DomainError) as refusal:
        item_type("essay_of_dreams")
    assert refusal.value.code == "unknown_item_type"


def test_the_example_has_no_problem(any_type):
    assert any_type.check(*any_type.split(any_type.example())) == []


def test_the_example_uses_only_the_types_own_fields(any_type):
    assert set(any_type.example()) - any_type.source_fields == set()


def test_split_and_join_round_trip(any_type):
    source = any_type.example()
    assert any_type.join(*any_type.split(source)) == source


@pytest.mark.parametrize("name", [name for name in ITEM_TYPES if "numeric" not in name])
def test_a_whole_item_rationale_round_trips(name):
    """A numeric item keeps its rationale with the answer."""
    kind = ITEM_TYPES[name]
    source = {**kind.example(), "rationale": "Because."}
    assert kind.check(*kind.split(source)) == []
    assert kind.join(*kind.split(source)) == source


def test_both_halves_survive_json(any_type):
    halves = any_type.split(any_type.example())
    assert tuple(json.loads(json.dumps(halves))) == halves


def test_the_right_response_gets_full_marks_or_waits_for_people(any_type, right):
    content, key = any_type.split(any_type.example())
    if any_type.award is None:
        assert any_type.mark(key, content, right(any_type)) == FULL
    else:
        assert any_type.award(key, content, right(any_type), ()) is None
        assert any_type.award(key, content, None, ()) == NOTHING


def test_no_response_is_zero_and_wrong(any_type):
    content, key = any_type.split(any_type.example())
    assert any_type.mark(key, content, None) == NOTHING
    assert any_type.accept(content, None) is None
    assert any_type.accept(content, {}) is None
    assert any_type.parse(content, {}) is None
    assert any_type.is_complete(content, None) is False


def test_a_response_that_no_longer_fits_is_zero_and_wrong(any_type):
    content, key = any_type.split(any_type.example())
    assert any_type.mark(key, content, {"from": "another type"}) == NOTHING


def test_the_right_response_is_canonical_and_complete(any_type, right):
    content, _ = any_type.split(any_type.example())
    assert any_type.accept(content, right(any_type)) == right(any_type)
    assert any_type.is_complete(content, right(any_type)) is True


def test_the_content_and_the_view_hold_nothing_of_the_key(any_type, backwards):
    content, _ = any_type.split(_with_canaries(any_type.example()))
    view = any_type.present(content, backwards)
    assert CANARY not in json.dumps([content, view])
    assert view["type"] == any_type.name
    assert {"keys", "order", "pairs", "value", "answers", "tolerance", "scoring"} & set(view) == set()


def _with_canaries(source: Any) -> Any:
    if isinstance(source, list):
        return [_with_canaries(each) for each in source]
    if not isinstance(source, dict):
        return source
    marked = {name: _with_canaries(value) for name, value in source.items()}
    return {**marked, **({"rationale": CANARY} if "rationale" in marked else {})}


def test_the_view_does_not_depend_on_the_key(any_type, backwards):
    """Turning the author's marks around changes nothing a learner can see."""
    plain, turned = any_type.example(), _turned(any_type.example())
    views = [any_type.present(any_type.split(s)[0], backwards) for s in (plain, turned)]
    keys = [any_type.split(s)[1] for s in (plain, turned)]
    assert views[0] == views[1]
    assert keys[0] != keys[1]


def _turned(source: dict[str, Any]) -> dict[str, Any]:
    turned = copy.deepcopy(source)
    rows = turned.get("options", [])
    if "prompts" in turned:
        turned["prompts"][0]["match"] = turned["prompts"][1]["match"]
    elif "statements" in turned:
        turned["statements"][0]["column"] = turned["statements"][1]["column"]
    elif "gaps" in turned:
        _turn_gaps(turned["gaps"])
    elif any("key" in row for row in rows):
        turned["options"] = [_flipped(row) for row in rows]
    elif rows:
        rows.reverse()
    elif "answer" in turned:
        turned["answer"] |= {"expression": "days + passed"} if "parameters" in turned else {"value": "31"}
    else:
        turned["answers"] = [{"text": "something else"}]
    return turned


def _turn_gaps(gaps: list[dict[str, Any]]) -> None:
    first, last = gaps[0], gaps[-1]
    if "answers" in first:
        first["answers"], last["answers"] = last["answers"], first["answers"]
    else:
        first["options"] = [_flipped(row) for row in first["options"]]


def _flipped(row: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name != "key"}
    return rest if "key" in row else {**rest, "key": True}


def test_settling_leaves_something_to_answer_and_happens_once(any_type, right, backwards):
    content, key = any_type.split(any_type.example())
    settled = any_type.settle(content, backwards)
    assert any_type.settle(settled, as_stored) == settled
    assert (settled == content) == (any_type.name != "parametrised_numeric")
    if any_type.award is None:
        assert any_type.mark(key, any_type.settle(content, as_stored), right(any_type)) == FULL


def test_the_review_agrees_with_the_mark(any_type, right):
    content, key = any_type.split(any_type.example())
    answered = any_type.describe(content, key, right(any_type))
    skipped = any_type.describe(content, key, None)
    assert (answered.type, answered.stem) == (any_type.name, content["stem"])
    assert (answered.mark, answered.is_answered) == (NOTHING if any_type.award else FULL, True)
    assert (skipped.mark, skipped.is_answered) == (NOTHING, False)
    assert [row.chosen for row in skipped.rows] == [False] * len(skipped.rows)


def test_the_review_shows_every_rationale(any_type):
    content, key = any_type.split(any_type.example())
    review = any_type.describe(content, key, None)
    shown = [row.rationale for row in review.rows] + [review.rationale]
    assert sorted(filter(None, shown)) == sorted(key["rationales"].values())


def test_a_missing_stem_is_reported(any_type, reasons):
    assert reasons(any_type, {**any_type.example(), "stem": "  "}) == [("stem", "missing")]


def test_an_unknown_field_is_reported(any_type, reasons):
    source = {**any_type.example(), "hint": "psst"}
    assert reasons(any_type, source) == [("hint", "unknown_key")]


def test_every_type_has_its_page():
    pages = Path(__file__).parents[3] / "templates" / "items"
    assert sorted(page.stem for page in pages.glob("[!_]*.html")) == sorted([*ITEM_TYPES, "any"])


@every_type
@quick
@given(source=st.dictionaries(field_names, shapes, max_size=5))
def test_no_source_makes_split_or_check_raise(kind, source):
    assert kind.check(*kind.split(source)) != []


@every_type
@quick
@given(data=st.data())
def test_a_damaged_example_is_reported_not_raised(kind, data):
    source = kind.example()
    field = data.draw(st.sampled_from(sorted(source)))
    rows = source[field] if isinstance(source[field], list) else [source]
    row = data.draw(st.sampled_from(rows))
    row[data.draw(st.sampled_from(sorted(row)))] = data.draw(shapes)
    content, key = kind.split(source)
    problems = kind.check(content, key)
    assert problems or kind.check(*kind.split(kind.join(content, key))) == []


@every_type
@quick
@given(response=shapes)
def test_any_json_is_accepted_or_refused_and_always_marked(kind, response):
    content, key = kind.split(kind.example())
    try:
        accepted = kind.accept(content, response)
    except DomainError as refusal:
        assert refusal.code == "bad_response"
        accepted = None
    assert kind.accept(content, accepted) == accepted
    assert kind.mark(key, content, response) == kind.mark(key, content, accepted)


def _ids(content: dict[str, Any]) -> list[str]:
    return [row["id"] for row in content.get("options", [])]


def _responses(kind):
    """Responses of the right shape, right or wrong, complete or not."""
    content, _ = kind.split(kind.example())
    ids = _ids(content)
    one = st.sampled_from(ids or ["-"])
    prompts = st.sampled_from([row["id"] for row in content.get("prompts", [{"id": "-"}])])
    gaps = {gap["id"]: st.sampled_from(_ids(gap) or content["words"]) for gap in content.get("gaps", [])}
    columns = st.sampled_from(
        [row["id"] for row in content.get("columns", [{"id": "true"}, {"id": "false"}])]
    )
    statements = [row["id"] for row in content.get("statements", [])]
    cells = st.fixed_dictionaries({}, optional=dict.fromkeys(statements, columns))
    variants = st.sampled_from([row["id"] for row in content.get("variants", [{"id": "-"}])])
    in_gaps = st.fixed_dictionaries({}, optional=gaps)
    return {
        "dropdown_cloze": st.fixed_dictionaries({"gaps": in_gaps}),
        "matrix": st.fixed_dictionaries({"cells": cells}),
        "gap_text": st.fixed_dictionaries({"words": in_gaps}),
        "hotspot": st.fixed_dictionaries({"choices": st.lists(one, max_size=1)}),
        "multiple_response": st.fixed_dictionaries({"choices": st.lists(one)}),
        "ordering": st.fixed_dictionaries({"ranks": st.dictionaries(one, st.integers(1, max(1, len(ids))))}),
        "matching": st.fixed_dictionaries({"pairs": st.dictionaries(prompts, one)}),
        "parametrised_numeric": st.fixed_dictionaries(
            {"number": st.from_regex(r"\A[0-9., ]{0,4}\Z")}, optional={"variant": variants}
        ),
        "numeric": st.fixed_dictionaries({"number": st.from_regex(r"\A[-+]?[0-9., ]{0,9}\Z")}),
        "short_text": st.fixed_dictionaries(
            {"text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)}
        ),
        "essay": st.fixed_dictionaries(
            {"text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)}
        ),
    }.get(kind.name, st.fixed_dictionaries({"choice": one}))


def _form_fields(response: dict[str, Any]) -> dict[str, list[str]]:
    """The form that says the same as a JSON response."""
    fields: dict[str, list[str]] = {}
    for name, value in response.items():
        if name == "choices":
            fields["choice"] = value
        elif isinstance(value, dict):
            prefix = {"ranks": "rank", "pairs": "match", "gaps": "gap", "words": "word", "cells": "cell"}[
                name
            ]
            fields |= {f"{prefix}-{each}": [str(chosen)] for each, chosen in value.items()}
        else:
            fields[name] = [value]
    return fields


@every_type
@quick
@given(data=st.data())
def test_form_and_script_say_the_same(kind, data):
    content, key = kind.split(kind.example())
    response = data.draw(_responses(kind))
    accepted = kind.accept(content, response)
    assert kind.parse(content, _form_fields(response)) == accepted
    assert kind.accept(content, accepted) == accepted
    mark = kind.mark(key, content, accepted)
    assert 0 <= mark.points <= mark.maximum == 1
    assert mark.is_right == (mark.points == mark.maximum)
    assert kind.describe(content, key, accepted, as_stored).mark == mark


@every_type
def test_nothing_is_changed_in_place(kind, right):
    source = kind.example()
    content, key = kind.split(source)
    before = copy.deepcopy((source, content, key))
    kind.check(content, key)
    kind.present(content, as_stored)
    kind.describe(content, key, right(kind))
    kind.join(content, key)
    assert (source, content, key) == before

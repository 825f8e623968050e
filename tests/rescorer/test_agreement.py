"""Two programs, written apart, give the same points, the same chances, and the same decisions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.domain import regrade
from quizapp.domain.errors import DomainError
from quizapp.domain.exam import CutRule, TaskRule
from quizapp.domain.item_types import ITEM_TYPES, Marking, gaps, matrix, multiple_response, ordering
from quizapp.domain.regrade import Ruling
from quizapp.domain.score import SlotFacts, posterior, report
from quizapp.rescorer import differences
from quizapp.rescorer.marks import marked, points, right_under
from quizapp.rescorer.numbers import meanings
from quizapp.rescorer.results import chance, rescored
from tests.domain.item_types.conftest import RIGHT
from tests.domain.item_types.test_contract import _responses

quick = settings(max_examples=60, deadline=None)
every_type = pytest.mark.parametrize("kind", list(ITEM_TYPES.values()), ids=list(ITEM_TYPES))
PARAMETRISED = ITEM_TYPES["parametrised_numeric"]
SCORING = {
    "multiple_response": list(multiple_response.POLICIES),
    "ordering": list(ordering.POLICIES),
    "matching": ["all_or_nothing", "per_pair"],
    "dropdown_cloze": list(gaps.POLICIES),
    "gap_text": list(gaps.POLICIES),
    "matrix": list(matrix.POLICIES),
}


@every_type
@quick
@given(data=st.data())
def test_points_are_the_same_for_every_type_and_policy(kind, data) -> None:
    content, key = kind.split(kind.example())
    if kind.name in SCORING:
        key = {**key, "scoring": data.draw(st.sampled_from(SCORING[kind.name]))}
    response = kind.accept(content, data.draw(_responses(kind)))
    assert points(kind.name, content, key, response) == kind.mark(key, content, response).points


@quick
@given(response=_responses(PARAMETRISED), number=st.integers(0, 19))
def test_both_ask_the_variant_that_a_form_has_settled_on(response, number) -> None:
    content, key = PARAMETRISED.split(PARAMETRISED.example())
    settled = PARAMETRISED.settle(content, lambda _label, ids: list(ids)[number:])
    told = PARAMETRISED.mark(key, settled, response).points
    assert points("parametrised_numeric", settled, key, response) == told


@pytest.mark.parametrize("kind", [kind for kind in ITEM_TYPES.values() if kind.award is None])
def test_both_make_the_same_key_of_an_answer_and_it_is_right_under_it(kind) -> None:
    content, key = kind.split(kind.example())
    answer = RIGHT[kind.name]
    made = kind.rekey(key, answer)
    assert (right_under(key, answer), kind.mark(made, content, answer).is_right) == (made, True)
    assert made["rationales"] == key["rationales"]


levels = st.fixed_dictionaries({"reason": st.sampled_from([0, 2]), "tone": st.integers(0, 2)})
given_by_people = st.lists(st.tuples(st.sampled_from("abc"), levels, st.booleans()), max_size=4)
markings_rules = st.fixed_dictionaries(
    {},
    optional={
        "markers": st.sampled_from("12"),
        "difference": st.sampled_from("012"),
        "enough": st.sampled_from("14"),
    },
)


@quick
@given(told=given_by_people, rules=markings_rules)
def test_both_make_the_same_points_of_what_people_gave(told, rules) -> None:
    kind = ITEM_TYPES["essay"]
    content, key = kind.split({**kind.example(), "marking": rules})
    assert kind.award is not None
    award = kind.award(key, content, RIGHT["essay"], [Marking(*one) for one in told])
    stored = [{"marker": who, "levels": given, "is_adjudication": settles} for who, given, settles in told]
    expected = (award.points, award.is_right) if award else (0, False)
    assert marked(key, RIGHT["essay"], stored) == expected
    assert marked(key, None, stored) == (0, False)


ODD = (
    {"choice": "zz"},
    {"choices": ["zz", "b"]},
    {"ranks": {"zz": 1}},
    {"pairs": {"visa": "z"}},
    {"gaps": {"paper": "host"}},
    {"gaps": {"elsewhere": "host"}},
    {"words": {"elsewhere": "offer"}},
    {"words": {"first": "not in the list"}},
    {"cells": {"seal": "perhaps"}},
    {"cells": {"elsewhere": "true"}},
    {"choices": ["east", "west"]},
    {"number": "x"},
    {"number": "25", "variant": "v99"},
    {"number": "25", "variant": ["v1"]},
    {"text": "x" * 300},
    {"from": "elsewhere"},
)


def test_a_response_that_fits_no_item_is_worth_nothing_to_both() -> None:
    for kind in ITEM_TYPES.values():
        content, key = kind.split(kind.example())
        for odd in ODD:
            assert points(kind.name, content, key, odd) == kind.mark(key, content, odd).points == 0


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"\A[-+−]?[0-9٣., '’]{0,9}( ?days)?\Z"), st.sampled_from(["", "days"]))
def test_numbers_mean_the_same(text: str, unit: str) -> None:
    from quizapp.domain.item_types.notation import readings

    assert meanings(text, unit) == {Fraction(number) for number in readings(text, unit)}


@pytest.mark.parametrize("c", [Fraction(7, 10), Fraction(3, 4)])
def test_chances_are_the_same_to_the_last_digit(c: Fraction) -> None:
    told = [(x, n) for n in range(1, 25) for x in range(n + 1)]
    assert [chance(x, n, c) for x, n in told] == [posterior(x, n, c) for x, n in told]


OPTIONS = {"stem": "?", "options": [{"id": name, "text": name} for name in "abc"]}
KEY = {"keys": ["a"], "rationales": {}}
RULINGS = (
    regrade.AS_WRITTEN,
    Ruling(keeps_key=False, answers=({"choice": "b"},)),
    Ruling(answers=({"choice": "b"}, {"choice": "c"})),
    Ruling(is_dropped=True),
    Ruling(is_full=True),
)
slot = st.tuples(
    st.sampled_from("ABC"), st.sampled_from([None, "a", "b", "c"]), st.sampled_from(RULINGS),
    st.booleans(), st.booleans(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(slot, min_size=1, max_size=30), st.booleans(), st.integers(0, 2), st.integers(1, 9))
def test_whole_results_are_the_same(slots, is_conjunctive, max_below, n_min) -> None:
    marks, told, entries = [], [], []
    for position, (task, choice, ruling, is_scored, is_first) in enumerate(slots, 1):
        response = {"choice": choice} if choice else None
        facts = SlotFacts(position, "i", "single_choice", task, OPTIONS, KEY, response, is_scored, is_first)
        marks.append(regrade.mark(facts, ruling))
        regrades = [
            {"id": "1", "undoes": None, "is_spared": False, "ruling": regrade.to_json(ruling)},
            {"id": "2", "undoes": None, "is_spared": True, "ruling": regrade.to_json(RULINGS[3])},
            {"id": "3", "undoes": None, "is_spared": False, "ruling": regrade.to_json(RULINGS[4])},
            {"id": "4", "undoes": "3", "is_spared": False, "ruling": regrade.to_json(RULINGS[0])},
        ]
        told.append(
            {
                "position": position,
                "task": task,
                "type": "single_choice",
                "content": OPTIONS,
                "key": KEY,
                "is_scored": is_scored,
                "is_first": is_first,
                "is_withdrawn": False,
                "may_be_withdrawn": True,
                "regrades": regrades,
            }
        )
        if choice:
            entries.append(
                {
                    "writer": 1,
                    "client_seq": position,
                    "slot": position,
                    "disposition": "counted",
                    "payload": f'{{"choice":"{choice}"}}',
                }
            )
    rule = TaskRule(n_min=n_min)
    cut = CutRule(is_conjunctive=is_conjunctive, max_below=max_below)
    made = report("1", marks, [], [("1", list("ABC"))], rule, cut)
    document = {
        "attempt": "1",
        "slots": told,
        "entries": entries,
        "earlier": [],
        "tasks": list("ABC"),
        "rule": {"c": str(rule.c), "gamma": str(rule.gamma), "n_min": n_min},
        "cut": {"is_conjunctive": is_conjunctive, "total": str(cut.total), "max_below": max_below},
    }
    again = rescored(document)
    assert (again["points"], again["maximum"], again["decision"]) == (
        made.total.points, made.total.maximum, made.decision.value)  # fmt: skip
    assert [(t["x"], t["n"], t["status"]) for t in again["tasks"]] == [
        (t.x, t.n, t.status.value) for t in made.tasks
    ]
    stored = {name: str(again[name]) for name in ("points", "maximum", "decision")}
    stored |= {"cycle_points": again["points"], "cycle_maximum": again["maximum"], "tasks": again["tasks"]}
    assert differences({**document, "score": {**stored, "marks": again["marks"]}}) == []
    assert [
        d.place for d in differences({**document, "score": {**stored, "marks": again["marks"][1:]}})
    ] != []


def test_whose_ruling_holds_and_what_it_makes_of_an_answer() -> None:
    """The first scorer reads the list of regrades as the second does; both are told above."""
    told = [
        regrade.Applied("1", RULINGS[1]),
        regrade.Applied("2", RULINGS[3], is_spared=True),
        regrade.Applied("3", RULINGS[4]),
        regrade.Applied("4", RULINGS[0], undoes="3"),
    ]
    assert regrade.in_force(told) == RULINGS[1]
    assert regrade.in_force(told, without="1") == regrade.AS_WRITTEN
    assert regrade.from_json(regrade.to_json(RULINGS[2])) == RULINGS[2]
    assert regrade.ruling(regrade.RegradeKind.ACCEPT, [{"choice": "c"}], RULINGS[1]) == Ruling(
        keeps_key=False, answers=({"choice": "b"}, {"choice": "c"})
    )
    with pytest.raises(DomainError, match="illegal_transition"):
        regrade.move(regrade.RegradeState.APPLIED, "withdraw")
    with pytest.raises(DomainError, match="illegal_transition"):
        regrade.move_challenge(regrade.ChallengeState.ANSWERED, "take_up")

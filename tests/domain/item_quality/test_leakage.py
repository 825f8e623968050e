"""A bank that gives its keys away is caught; one that does not is left alone."""

from __future__ import annotations

import pytest

from quizapp.domain.item_quality.cues import CUES
from quizapp.domain.item_quality.leakage import GroupLeakage, holm, leakage, wilson
from quizapp.domain.item_quality.reading import read
from tests.support.choices import choice, leaky, neutral


def one(items) -> GroupLeakage:
    (group,) = leakage([read(item) for item in items])
    return group


def cues(group: GroupLeakage) -> dict[str, float]:
    return {told.cue: told.rate.accuracy for told in group.cues}


def test_a_planted_leak_is_caught_by_its_cues_and_by_the_model() -> None:
    group = one(leaky(120))
    significant = {told.cue for told in group.cues if told.p < 0.05}
    assert significant >= {"longest", "hedged"}
    assert group.model.low > 0.75
    assert group.chance == pytest.approx(1 / 3)
    assert len(group.worst) == 20


def test_a_neutral_bank_shows_nothing() -> None:
    group = one(neutral(600))
    assert [told.cue for told in group.cues if told.p < 0.05] == []
    assert abs(group.model_excess) < 0.05
    assert group.model.low < group.chance < group.model.high


def test_ties_are_shared() -> None:
    """Two of three options are longest: whoever follows the cue is right half of the time."""
    group = one([choice("h-1", "Which?", ("aaaa", "bbbb", "cc"), [0])])
    assert (cues(group)["longest"], cues(group)["shortest"]) == (0.5, 0.0)
    assert cues(group)["first_place"] == 1.0


def test_a_cue_nobody_can_follow_is_no_evidence() -> None:
    group = one([choice(f"h-{n}", "Which?", ("aaaa", "bbbb", "cccc"), [0]) for n in range(50)])
    told = {entry.cue: entry.p for entry in group.cues}
    assert (told["longest"], told["hedged"]) == (1.0, 1.0)
    assert told["first_place"] < 1e-6


def test_groups_are_told_apart_and_chance_is_keys_over_options() -> None:
    items = [*neutral(3), *neutral(2, "four", 4), choice("m-1", "Which?", ("aa", "bb", "cc", "dd"), [0, 1])]
    told = [(g.group, g.items, round(g.chance, 4)) for g in leakage([read(item) for item in items])]
    assert told == [
        ("single_choice", 5, 0.3),
        ("single_choice_3", 3, 0.3333),
        ("single_choice_4", 2, 0.25),
        ("multiple_response", 1, 0.5),
    ]


def test_other_types_are_not_guessed() -> None:
    assert leakage([]) == ()


def test_cue_names_are_unique() -> None:
    assert len({cue.name for cue in CUES}) == len(CUES)


def test_holm_steps_down_and_never_falls() -> None:
    """Worked by hand: .01 x 4, then max(.04, .03 x 2), .02 x 3 in between, .5 x 1."""
    assert holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])


def test_wilson_of_a_known_case() -> None:
    """8 of 10: the score interval is .490 to .943 (Newcombe 1998 gives the formula)."""
    told = wilson(0.8, 10)
    assert (round(told.low, 3), round(told.high, 3)) == (0.490, 0.943)

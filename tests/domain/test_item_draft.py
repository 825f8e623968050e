"""The way of a draft: its states, its stages, and who may sign it."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import Refused
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import TRANSITIONS, DraftState, Signing, Stage, move, stage


def test_the_transition_table_is_complete() -> None:
    for verb, (source, target) in TRANSITIONS.items():
        for state in DraftState:
            if state is source:
                assert move(state, verb) is target
            else:
                with pytest.raises(Refused):
                    move(state, verb)


def test_stages_are_derived() -> None:
    told = {
        (None, DraftState.IN_REVIEW, False): Stage.IN_REVIEW,
        (None, DraftState.DISCARDED, False): Stage.DRAFT,
        (ItemStatus.DRAFT, None, True): Stage.DRAFT,
        (ItemStatus.DRAFT, DraftState.IN_REVIEW, True): Stage.IN_REVIEW,
        (ItemStatus.IN_REVIEW, DraftState.DRAFT, True): Stage.DRAFT,
        (ItemStatus.APPROVED, None, False): Stage.APPROVED,
        (ItemStatus.APPROVED, DraftState.DRAFT, True): Stage.LIVE,
        (ItemStatus.RETIRED, DraftState.DRAFT, True): Stage.RETIRED,
    }
    assert {facts: stage(*facts) for facts in told} == told


def test_the_reviewer_wrote_none_of_it_by_account_and_by_name() -> None:
    Signing(1, "Rita", frozenset({2}), "Ann").require_second_person()
    for signing in (Signing(2, "Rita", frozenset({2}), "Ann"), Signing(1, " ann ", frozenset({2}), "Ann")):
        with pytest.raises(Refused) as refused:
            signing.require_second_person()
        assert refused.value.code == "own_item"

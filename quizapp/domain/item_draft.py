"""The way of an item's next wording to its approval: its states, its stages, and who may sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quizapp.domain.errors import Problem, Refused
from quizapp.domain.item import ItemStatus

#: So many earlier texts of a draft are kept for undo.
KEPT_REVISIONS = 100
LONGEST_COMMENT = 4000
#: The largest form that is stored; the longest item of a bank has a fiftieth of it.
LARGEST_FORM = 200_000


class DraftState(StrEnum):
    """How far a draft has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    DISCARDED = "discarded"


#: verb -> (state it starts from, state it ends in)
TRANSITIONS: dict[str, tuple[DraftState, DraftState]] = {
    "revise": (DraftState.DRAFT, DraftState.DRAFT),
    "submit": (DraftState.DRAFT, DraftState.IN_REVIEW),
    "withdraw": (DraftState.IN_REVIEW, DraftState.DRAFT),
    "request_changes": (DraftState.IN_REVIEW, DraftState.DRAFT),
    "approve": (DraftState.IN_REVIEW, DraftState.APPROVED),
    "discard": (DraftState.DRAFT, DraftState.DISCARDED),
}
OPEN = frozenset({DraftState.DRAFT, DraftState.IN_REVIEW})


def move(state: DraftState, verb: str) -> DraftState:
    """The state after ``verb``; raises `Refused` when the table has no such step."""
    source, target = TRANSITIONS[verb]
    if state is not source:
        raise Refused("illegal_transition", noun="item_draft", state=state.value, verb=verb)
    return target


class Stage(StrEnum):
    """Where an item stands between its first words and its retirement."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    LIVE = "live"
    RETIRED = "retired"


def stage(status: ItemStatus | None, draft: DraftState | None, is_asked: bool) -> Stage:
    """The stage of an item of this status with this open draft; ``is_asked``: an exam may draw it.

    An approved item stays approved, or live, while its next wording is written. What was never
    approved has no status of its own yet.
    """
    if status is ItemStatus.APPROVED:
        return Stage.LIVE if is_asked else Stage.APPROVED
    if status is ItemStatus.RETIRED:
        return Stage.RETIRED
    told = draft if draft in OPEN else status
    return Stage(told.value) if told else Stage.DRAFT


@dataclass(frozen=True, slots=True)
class Signing:
    """Whoever approves, held against those who wrote: by account, and by the names that are printed."""

    reviewer_id: object
    reviewer: str
    writer_ids: frozenset[object]
    author: str

    def require_second_person(self) -> None:
        """Raise `Refused` ("own_item") where the reviewer wrote any of it."""
        is_same_name = self.reviewer.strip().casefold() == self.author.strip().casefold()
        if self.reviewer_id in self.writer_ids or is_same_name:
            raise Refused("own_item")


def check_comment(text: str) -> list[Problem]:
    """Everything wrong with a comment or a reason."""
    if 1 <= len(text.strip()) <= LONGEST_COMMENT and "\0" not in text:
        return []
    return [Problem("text", "", "missing", f"1 to {LONGEST_COMMENT} characters")]

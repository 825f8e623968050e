"""What waits for somebody of the staff: the counts their start page begins with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from quizapp.domain.item_draft import DraftState
from quizapp.domain.person import Actor, Permission
from quizapp.domain.regrade import RegradeState
from quizapp.services import (
    case_views,
    challenges,
    item_draft_views,
    item_reviews,
    markings,
    regrade_views,
    releases,
    revocations,
)
from quizapp.services.unit_of_work import Context


class Work(StrEnum):
    """One kind of thing that waits for a person."""

    REVIEWS = "reviews"
    DRAFTS = "drafts"
    MARKINGS = "markings"
    RELEASES = "releases"
    CHALLENGES = "challenges"
    REGRADES = "regrades"
    CASES = "cases"
    REVOCATIONS = "revocations"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind wait for the reader; 0 says that they could, and none does."""

    work: Work
    count: int


def of(context: Context, actor: Actor) -> list[Waiting]:
    """Everything that can wait for this actor, in the order of the table below."""
    return [
        Waiting(work, count(context, actor)) for work, permission, count in _COUNTS if actor.may(permission)
    ]


def _drafts(context: Context, actor: Actor) -> int:
    lines = item_draft_views.listed(context, actor)
    return sum(line.waits_for_me for line in lines if line.state is DraftState.DRAFT)


def _markings(context: Context, actor: Actor) -> int:
    return sum(line.to_mark + line.to_settle for line in markings.queue(context, actor))


def _releases(context: Context, actor: Actor) -> int:
    return sum(held.unasked + held.asked for held in releases.held(context, actor))


def _challenges(context: Context, actor: Actor) -> int:
    return len(challenges.queue(context, actor).challenges)


def _regrades(context: Context, actor: Actor) -> int:
    lines = regrade_views.listed(context, actor)
    return sum(line.state is RegradeState.PROPOSED for line in lines)


def _cases(context: Context, actor: Actor) -> int:
    return sum(line.closed_at is None for line in case_views.listed(context, actor))


_COUNTS: tuple[tuple[Work, Permission, Callable[[Context, Actor], int]], ...] = (
    (Work.REVIEWS, Permission.APPROVE_ITEM, item_reviews.count_waiting),
    (Work.DRAFTS, Permission.WRITE_ITEM, _drafts),
    (Work.MARKINGS, Permission.MARK_RESPONSES, _markings),
    (Work.RELEASES, Permission.RELEASE_SCORES, _releases),
    (Work.CHALLENGES, Permission.PROPOSE_REGRADE, _challenges),
    (Work.REGRADES, Permission.APPROVE_REGRADE, _regrades),
    (Work.CASES, Permission.DECIDE_CASE, _cases),
    (Work.REVOCATIONS, Permission.CHANGE_RECORD_STATUS, revocations.count_waiting),
)

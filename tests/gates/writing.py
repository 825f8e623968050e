"""Drafts as authors and reviewers find them: some blank, one sent back, one in review."""

from __future__ import annotations

import contextlib
from uuid import UUID

from quizapp.domain.errors import Refused
from quizapp.domain.item_draft import DraftState
from quizapp.domain.person import Actor, Role
from quizapp.services import item_draft_views, item_drafts, item_reviews, stimuli
from quizapp.services.item_draft_views import DraftLine
from quizapp.store.items import RowItem
from tests.gates.conftest import Place

BANK = "security-cooperation"
#: Between them, blank drafts of these types have every kind of field.
KINDS = ("matching", "numeric", "true_false", "essay", "hotspot", "dropdown_cloze", "parametrised_numeric")


def made(place: Place) -> list[DraftLine]:
    """The drafts, made once."""
    author = _actor(place, Role.INSTRUCTOR)
    known = item_draft_views.listed(place.context, author, BANK)
    if known:
        return known
    for kind in KINDS:
        item_drafts.start(place.context, author, BANK, kind, task="1.A")
    with place.context.reading() as session:
        first, second, *_ = [row.item_id for row in session.query(RowItem).order_by(RowItem.item_id)]
    _sent_back(place, item_drafts.edit(place.context, author, BANK, first))
    changed = _changed(place, item_drafts.edit(place.context, author, BANK, second))
    item_reviews.submit(place.context, author, changed, "A plainer question")
    stimuli.write(place.context, author, BANK, "stim-new", "A new scenario", "Nobody rests on it yet.")
    return item_draft_views.listed(place.context, author, BANK)


def _actor(place: Place, role: Role) -> Actor:
    return Actor(place.person_id(role.value), frozenset({role}))


def _changed(place: Place, draft_id: UUID) -> UUID:
    author = _actor(place, Role.INSTRUCTOR)
    told = item_draft_views.view(place.context, author, draft_id)
    form = {**told.form, "stem": "Which of these is plainer?", "difficulty": 51}
    item_drafts.save(place.context, author, draft_id, form, told.saves)
    return draft_id


def _sent_back(place: Place, draft_id: UUID) -> None:
    """Commented on, sent back, and written in two windows at once."""
    author, reviewer = _actor(place, Role.INSTRUCTOR), _actor(place, Role.REVIEWER)
    _changed(place, draft_id)
    item_reviews.submit(place.context, author, draft_id)
    item_reviews.comment(place.context, reviewer, draft_id, "stem", "Which of what?")
    item_reviews.request_changes(place.context, reviewer, draft_id, "See my comment")
    told = item_draft_views.view(place.context, author, draft_id)
    with contextlib.suppress(Refused):
        item_drafts.save(place.context, author, draft_id, {**told.form, "stem": "Late words?"}, 1)


def editors(place: Place) -> list[str]:
    """The editor of each draft, and both kinds of scenario."""
    drafts = [f"/drafts/{line.id}" for line in made(place) if line.state is DraftState.DRAFT]
    return [*drafts, f"/banks/{BANK}/scenarios/stim-new", f"/banks/{BANK}/scenarios", *reviews(place)]


def reviews(place: Place) -> list[str]:
    """The review of each draft of an item, and its item's history."""
    items = [line for line in made(place) if not line.is_new]
    return [
        *(f"/drafts/{line.id}/review" for line in items),
        *(f"/banks/{BANK}/items/{line.item_id}/history" for line in items),
    ]

"""A bank and the people who write and review for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from quizapp.domain.item_form import SIGNATURES
from quizapp.domain.person import Actor, Role
from quizapp.services import frameworks, item_draft_views, item_drafts, items
from quizapp.services.unit_of_work import Context
from quizapp.store.audit import RowAuditLine
from tests.support import inventions
from tests.support.inventions import item, write_bank
from tests.support.people import TESTS, person

BANK = "harbour-items"
SCENARIO = {"id": "storm", "title": "A storm", "text": "The wind is rising."}


class Desk:
    """A bank, and the people who write and review for it."""

    def __init__(self, context: Context, folder: Path, *more: dict[str, Any]) -> None:
        self.context = context
        frameworks.load(context, TESTS, inventions.framework())
        items.load_bank(context, TESTS, write_bank(folder, [item("h-1"), *more], [SCENARIO]))
        self.ann = self.actor(Role.INSTRUCTOR, name="Ann Author")
        self.ben = self.actor(Role.INSTRUCTOR, name="Ben Author")
        self.rita = self.actor(Role.REVIEWER, name="Rita Reviewer")

    def actor(self, *roles: Role, name: str, email: str = "") -> Actor:
        """Somebody new with these roles."""
        return Actor(person(self.context, *roles, name=name, email=email), frozenset(roles))

    def view(self, draft_id: UUID, actor: Actor | None = None) -> item_draft_views.DraftPage:
        return item_draft_views.view(self.context, actor or self.ann, draft_id)

    def write(self, draft_id: UUID, actor: Actor | None = None, **changes: Any) -> item_drafts.Saved:
        """Save the draft with some fields changed."""
        told = self.view(draft_id)
        who = actor or self.ann
        return item_drafts.save(self.context, who, draft_id, {**told.form, **changes}, told.saves)

    def verbs(self, draft_id: UUID) -> list[str]:
        with self.context.reading() as session:
            rows = session.query(RowAuditLine).filter_by(object_id=str(draft_id)).order_by(RowAuditLine.id)
            return [row.verb for row in rows]

    def written(self, kind: str, name: str, **changes: Any) -> UUID:
        """A draft of a new item that lacks nothing."""
        draft_id = item_drafts.start(self.context, self.ann, BANK, kind)
        self.write(draft_id, **{**sound(kind, name), **changes})
        return draft_id


def sound(kind: str, name: str) -> dict[str, Any]:
    """The form of an item that lacks nothing."""
    told = item(name, kind)
    return {key: value for key, value in told.items() if key not in SIGNATURES}

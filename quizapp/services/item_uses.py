"""Where each version of an item is used: what would change for whom if it turned out to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.exam import ExamState
from quizapp.domain.item import ItemStatus
from quizapp.domain.item_draft import OPEN, DraftState
from quizapp.domain.person import Actor, Permission
from quizapp.services import item_stages
from quizapp.services.unit_of_work import Context
from quizapp.store import item_drafts, item_lists
from quizapp.store import item_uses as store
from quizapp.store.item_uses import Attempts, Forms, Records
from quizapp.store.items import RowItem


@dataclass(frozen=True, slots=True)
class VersionUse:
    """Where one version is used; counts only, nobody is named.

    ``exams`` are the published exams that can draw it and ``planned`` those still being defined, as
    (id, title): none but for the version in use. ``trials`` are previews and rehearsals. ``drafts``
    are open and began from it.
    """

    number: int
    exams: tuple[tuple[UUID, str], ...]
    planned: tuple[tuple[UUID, str], ...]
    forms: Forms
    attempts: Attempts
    trials: Attempts
    records: Records
    drafts: tuple[UUID, ...]


def of_item(context: Context, actor: Actor, bank_id: str, item_id: str) -> tuple[VersionUse, ...]:
    """Where every version of an item is used, the newest first; raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        item = item_lists.item(session, bank_id, item_id)
        if item is None:
            raise NotFound("not_found", noun="item", item=item_id)
        return tuple(_uses(session, item))


def _uses(session: Session, item: RowItem) -> Sequence[VersionUse]:
    versions = {row.id: row.number for row in item_lists.versions(session, item.id)}
    forms = store.forms(session, versions.keys())
    attempts = store.attempts(session, versions.keys())
    records = store.records(session, versions.keys())
    is_drawn = item.status == ItemStatus.APPROVED.value and item.suspended_at is None
    drawn = item.current_version_id if is_drawn else None
    drafts = _drafts(session, item)
    return [
        VersionUse(
            number=number,
            exams=_exams(session, item, ExamState.PUBLISHED) if version_id == drawn else (),
            planned=_exams(session, item, ExamState.DRAFT) if version_id == drawn else (),
            forms=forms.get(version_id, Forms()),
            attempts=attempts.get((version_id, True), Attempts()),
            trials=attempts.get((version_id, False), Attempts()),
            records=records.get(version_id, Records()),
            drafts=tuple(draft_id for draft_id, base in drafts if base == number),
        )
        for version_id, number in versions.items()
    ]


def _exams(session: Session, item: RowItem, state: ExamState) -> tuple[tuple[UUID, str], ...]:
    return tuple(item_stages.asking(session, item, state))


def _drafts(session: Session, item: RowItem) -> list[tuple[UUID, int | None]]:
    """The open drafts of an item, and the version each began from."""
    rows = item_drafts.of_item(session, item.id)
    return [(row.id, row.base_number) for row in rows if DraftState(row.state) in OPEN]

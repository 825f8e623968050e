"""What learners find wrong with an item during an exam, and authors read afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quizapp.domain.attempt import AttemptState
from quizapp.domain.errors import Forbidden, Invalid, Problem, Refused, raise_if_any
from quizapp.domain.person import Actor, Permission, Role
from quizapp.services import incidents, saving
from quizapp.services.unit_of_work import Context
from quizapp.store import problem_reports as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exam_day import RowProblemReport

LONGEST = 2000
#: One attempt reports at most this often, so that nobody fills the table.
MOST = 50


def report(context: Context, token: str, body: object) -> None:
    """Store what a learner says about a place of the form; the attempt token is the right to.

    ``body`` is {"slot": 3, "text": "…"}. The same words about the same place are one report: a
    window that never heard the answer sends them again. Raises `Invalid` ("bad_report"), `Refused`
    ("attempt_closed", "too_many_reports").
    """
    told = saving.claim(context, token)
    slot, text = _read(body)
    with context.reading() as session:
        known = session.get(RowAttempt, told.attempt_id)
        if known is None:
            raise Forbidden("bad_token")
        learner = Actor(known.person_id, frozenset({Role.LEARNER}))
    with context.transaction(learner) as uow:
        row = uow.session.get_one(RowAttempt, told.attempt_id, with_for_update=True)
        if row.state != AttemptState.OPEN:
            raise Refused("attempt_closed")
        version_id = store.version_at(uow.session, row.form_id, slot)
        if version_id is None:
            raise Invalid("bad_report", [Problem("slot", str(slot), "out_of_range")])
        if store.is_known(uow.session, row.id, slot, text):
            return
        if store.count(uow.session, row.id) >= MOST:
            raise Refused("too_many_reports")
        uow.session.add(
            RowProblemReport(
                id=uow.new_id(),
                attempt_id=row.id,
                item_version_id=version_id,
                slot=slot,
                at=uow.now,
                text=text,
            )
        )
        if row.sitting_id is not None:
            incidents.note(uow, row.sitting_id, "problem_reported", str(slot), row.id)
        uow.audit("report", "item_version", version_id, attempt=str(row.id), slot=slot)


def _read(body: object) -> tuple[int, str]:
    told = body if isinstance(body, Mapping) else {}
    slot, text = told.get("slot"), told.get("text")
    problems = []
    if not saving.is_between(slot, 1, saving.MAX_SLOT):
        problems.append(Problem("slot", str(slot)[:40], "out_of_range"))
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= LONGEST or not _is_storable(text):
        problems.append(Problem("text", "", "out_of_range", f"1 to {LONGEST} characters"))
    raise_if_any("bad_report", problems)
    return int(str(slot)), str(text).strip()


def _is_storable(text: str) -> bool:
    # Half a surrogate pair and the zero character: no database keeps them.
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as authors read it: which item, in which wording, in which sitting; never by whom."""

    at: datetime
    text: str
    bank_id: str
    item_id: str
    version: int
    is_suspended: bool
    sitting: str


def listed(context: Context, actor: Actor, bank_id: str = "", item_id: str = "") -> list[Report]:
    """Reports about every item, or about one, newest first."""
    actor.require(Permission.SUSPEND_ITEM)
    with context.reading() as session:
        return [Report(*row) for row in store.listed(session, bank_id, item_id)]

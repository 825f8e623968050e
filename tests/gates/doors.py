"""Where somebody of each role enters: the start page, and pages one example does not stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from quizapp.domain.person import Actor, Role
from quizapp.services import boards, demo, evidence, exams, jobs, record_exports, revocations
from quizapp.services.records import Wish
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, RowSitting
from quizapp.store.items import RowItem, RowItemBank, RowItemVersion
from quizapp.store.record_evidence import RowShareLink
from quizapp.store.records import RowRecord
from tests.gates import bringing, casing, exam_day, regrading, writing
from tests.gates.conftest import ROLES, Place

DRAFT = "draft"


def doors(place: Place, role: str) -> list[str]:
    """Paths a role enters by; every one is looked at, also when several are of one route."""
    more: Callable[[Place], list[str]] = MORE.get(role, lambda _: [])
    return ["/", *more(place)]


def _printed_serial(place: Place) -> list[str]:
    """The address of the code printed on a record."""
    with place.context.reading() as session:
        return [f"/verify/{session.query(RowRecord).first().serial}"]  # type: ignore[union-attr]


def _own_results(place: Place) -> list[str]:
    """Practice and certification results, which are told apart, and the record with a link given away."""
    regrading.made(place)
    decided, appeal, _ = casing.made(place)
    person_id = place.person_id("learner")
    with place.context.reading() as session:
        rows = session.query(RowAttempt).filter_by(person_id=person_id, state="closed")
        results = [f"/results/{row.id}" for row in rows]
        shared = session.query(RowRecord.serial).join(RowShareLink).filter_by(revoked_at=None).first()
    assert shared is not None
    return [*results, f"/cases/{decided}", f"/cases/{appeal}", f"/records/{shared.serial}/share"]


def _draft(place: Place) -> list[str]:
    """An exam that can still be edited; the demonstration has published all of its own."""
    known = exams.get(place.context, demo.DEMO, demo.PRACTICE)
    with place.context.reading() as session:
        row = session.query(RowExam).filter_by(slug=DRAFT).first()
        exam_id = row.id if row else None
    if exam_id is None:
        exam_id = exams.define(
            place.context,
            demo.DEMO,
            slug=DRAFT,
            definition=replace(known.definition, title="A draft"),
            framework_id=known.framework.id,
            bank_ids=known.bank_ids,
        )
    return [f"/exams/{exam_id}"]


def _every_item_type(place: Place) -> list[str]:
    """One item of each type."""
    with place.context.reading() as session:
        rows: Any = (
            session.query(RowItemVersion.type, RowItemBank.bank_id, RowItem.item_id)
            .join(RowItem, RowItem.current_version_id == RowItemVersion.id)
            .join(RowItemBank, RowItemBank.id == RowItem.bank_row_id)
        )
        one_of_each = {type_: f"/banks/{bank}/items/{item}" for type_, bank, item in rows}
    return list(one_of_each.values())


def _exam_day(place: Place) -> list[str]:
    """A sitting in the middle of its day, and people of it who stand differently."""
    proctor = Actor(place.person_id("proctor"), frozenset({Role.PROCTOR}))
    sitting_id = exam_day.running(place.context, place.person_id("proctor"))
    console = f"/sittings/{sitting_id}/console"
    seats = boards.board(place.context, proctor, sitting_id).seats
    sheets = f"/sittings/{sitting_id}/paper"
    return [console, sheets, *(f"{console}/people/{seat.person_id}" for seat in seats)]


def _whole_life_of_an_exam(place: Place) -> list[str]:
    """A draft, a sitting in the middle of its day, and one whose results are shown."""
    with place.context.reading() as session:
        exam = session.query(RowExam).filter_by(slug=demo.CERTIFICATION).one()
        over = session.query(RowSitting).filter_by(exam_id=exam.id).one().id
    return [*_draft(place), *_exam_day(place), f"/sittings/{over}"]


def _regrades(place: Place) -> list[str]:
    """A regrade that waits, and one that was applied."""
    return [f"/regrades/{regrade_id}" for regrade_id in regrading.made(place)]


def _author(place: Place) -> list[str]:
    casing.made(place)
    return [*_whole_life_of_an_exam(place), *_regrades(place), *bringing.made(place), *writing.editors(place)]


def _reviewer(place: Place) -> list[str]:
    return [*_every_item_type(place), *writing.reviews(place)]


def _long_file(place: Place) -> list[str]:
    """A file that was asked for and is written."""
    registrar = Actor(place.person_id("registrar"), frozenset({Role.REGISTRAR}))
    if not record_exports.exports(place.context, registrar):
        record_exports.ask(place.context, registrar, Wish(), "csv")
        jobs.run_due(place.context)
    return ["/records/exports"]


def _waiting_revocation(place: Place) -> list[str]:
    """A record whose revocation was proposed by somebody else."""
    registrar = Actor(place.person_id("registrar"), frozenset({Role.REGISTRAR}))
    if not revocations.count_waiting(place.context, registrar):
        with place.context.reading() as session:
            is_another = RowRecord.person_id != place.person_id("learner")
            found = session.query(RowRecord).filter(is_another, RowRecord.status == "valid").first()
            serial = found.serial  # type: ignore[union-attr]
        revocations.propose(place.context, demo.DEMO, serial, "irregularity", "Two people, one keyboard")
    return [f"/records/{told.serial}" for told in revocations.waiting(place.context, registrar)]


def _registrar(place: Place) -> list[str]:
    cases = [f"/cases/{case_id}" for case_id in casing.made(place)]
    return [*_long_file(place), *_regrades(place), *_waiting_revocation(place), *cases]


def _opened_responses(place: Place) -> list[str]:
    """A record whose responses are open for an appeal."""
    registrar = Actor(place.person_id("registrar"), frozenset({Role.REGISTRAR}))
    with place.context.reading() as session:
        row = session.query(RowRecord).filter_by(person_id=place.person_id("learner")).first()
        serial = row.serial  # type: ignore[union-attr]
    evidence.grant(place.context, registrar, serial, place.person_id("appeal_reviewer"), 7, "Appeal 1")
    return [f"/cases/{case_id}" for case_id in casing.made(place)]


def _merge(place: Place) -> list[str]:
    """What merging two accounts would do."""
    return [f"/people/{place.person_id('learner')}/merge?email={ROLES['fresh']}"]


def _administrator(place: Place) -> list[str]:
    return [*_exam_day(place), *_merge(place)]


MORE = {
    "registrar": _registrar,
    "appeal_reviewer": _opened_responses,
    "visitor": _printed_serial,
    "learner": _own_results,
    "instructor": _author,
    "reviewer": _reviewer,
    "proctor": _exam_day,
    "administrator": _administrator,
}

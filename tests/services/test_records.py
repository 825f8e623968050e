"""Records through their services, on both databases: issued once, replaced, changed, found."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from quizapp.domain.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import Release
from quizapp.domain.person import Actor, Role
from quizapp.domain.record import RecordStatus
from quizapp.integrations import signing, xlsx_files
from quizapp.ports import FixedClock
from quizapp.services import (
    cohorts,
    jobs,
    record_exports,
    record_status,
    record_uploads,
    records,
    revocations,
    saved_views,
)
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Finding
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.people import RowPerson
from quizapp.store.record_search import Wish
from quizapp.store.records import RowDisclosure, RowRecord, RowRecordEvent, RowSigningKey
from tests.support import banks, exams, pdfs
from tests.support.people import TESTS
from tests.support.records import GOOD, MIXED, MONTH, POOR, Room, registrar, revoke, room

SUSPEND = ("irregularity", "Two people, one keyboard")


@pytest.fixture
def small(context: Context) -> Room:
    return room(context)


def stored(context: Context, serial: str) -> RowRecord:
    with context.reading() as session:
        row = session.scalars(select(RowRecord).where(RowRecord.serial == serial)).one()
        session.expunge(row)
        return row


def history(context: Context, serial: str) -> list[tuple[str, str, str, str | None]]:
    row = stored(context, serial)
    with context.reading() as session:
        query = select(RowRecordEvent).where(RowRecordEvent.record_id == row.id).order_by(RowRecordEvent.id)
        return [(e.verb, e.status, e.reason_category, e.successor_serial) for e in session.scalars(query)]


def doors(context: Context) -> list[tuple[str, UUID | None]]:
    with context.reading() as session:
        rows = session.scalars(select(RowDisclosure).order_by(RowDisclosure.id))
        return [(row.door, row.actor_id) for row in rows]


def records_of(context: Context) -> int:
    with context.reading() as session:
        return len(session.scalars(select(RowRecord)).all())


# --- issuing ----------------------------------------------------------------------------


def test_a_released_result_brings_a_signed_record(small: Room) -> None:
    serial = small.certified(right=MIXED)
    row = stored(small.context, serial)
    assert (row.status, row.demonstrated, row.tasks) == ("valid", 1, 2)
    assert (row.issued_at, row.expires_on) == (small.context.clock.now(), date(2029, 3, 1))
    with small.context.reading() as session:
        key = session.get_one(RowSigningKey, row.key_id)
        assert key.public_key == small.context.signer.public_key
        assert signing.verifies(key.public_key, row.signature, row.payload.encode())
    assert signing.canonical(json.loads(row.payload)) == row.payload.encode()
    assert history(small.context, serial) == [("issue", "valid", "", None)]


def test_the_payload_tells_what_was_shown_and_no_time_of_day(small: Room) -> None:
    payload = json.loads(stored(small.context, small.certified(right=MIXED)).payload)
    assert payload["standing_notice"] == "Pilot: not for personnel decisions"
    assert payload["learner"] == {"name": "Ada Example"}
    assert [(t["code"], t["status"], t["x"], t["n"]) for t in payload["competencies"][0]["tasks"]] == [
        ("1.A", "demonstrated", 8, 8),
        ("1.B", "not_yet", 7, 8),
    ]
    assert [(e["task"], e["taken_on"], e["x"], e["n"]) for e in payload["evidence"]] == [
        ("1.A", "2026-03-02", 8, 8),
        ("1.B", "2026-03-02", 7, 8),
    ]
    assert payload["delivery"] == {"mode": "online", "proctoring": "none", "identity": "account"}
    assert payload["issuing_officer"] == "automatic"
    assert "12:00" not in json.dumps(payload)


def test_nothing_demonstrated_brings_no_record(small: Room) -> None:
    attempt_id = small.sit(small.learner(), POOR)
    assert records.issue(small.context, TESTS, attempt_id) is None
    assert records_of(small.context) == 0


def test_issuing_again_gives_the_same_serial(small: Room) -> None:
    attempt_id = small.sit(small.learner(), GOOD)
    serial = small.serial(attempt_id)
    assert [records.issue(small.context, TESTS, attempt_id) for _ in range(2)] == [serial, serial]
    assert records_of(small.context) == 1


def test_no_record_before_the_release(context: Context) -> None:
    small = room(context, release=Release.MANUAL)
    attempt_id = small.sit(small.learner(), GOOD)
    assert records.issue(context, TESTS, attempt_id) is None


def test_no_record_of_a_void_attempt(small: Room) -> None:
    attempt_id = small.sit(small.learner(), POOR)
    with small.context.transaction(TESTS) as uow:
        uow.session.get_one(RowAttempt, attempt_id).state = "void"
        uow.audit("void", "attempt", attempt_id)
    assert records.issue(small.context, TESTS, attempt_id) is None


def test_nobody_issues_to_themselves(small: Room) -> None:
    learner = small.learner()
    attempt_id = small.sit(learner, GOOD)
    both = Actor(learner.person_id, frozenset({Role.LEARNER, Role.REGISTRAR}))
    with pytest.raises(Forbidden) as error:
        records.issue(small.context, both, attempt_id)
    assert error.value.code == "own_record"


def test_learners_issue_nothing(small: Room) -> None:
    attempt_id = small.sit(small.learner(), GOOD)
    with pytest.raises(Forbidden):
        records.issue(small.context, small.learner("Bo Example"), attempt_id)


def test_an_unknown_attempt(context: Context) -> None:
    with pytest.raises(NotFound):
        records.issue(context, TESTS, UUID(int=7))


# --- a cycle ----------------------------------------------------------------------------


def top_up(small: Room, clock: FixedClock, right: dict[str, int]) -> tuple[str, str]:
    """The serials of a first attempt that lacked 1.B and of the second in the same cycle."""
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    clock.instant += MONTH
    return first, small.serial(small.sit(learner, right))


def test_the_second_attempt_of_a_cycle_supersedes_the_first(small: Room, clock: FixedClock) -> None:
    # 7 of 8 and then 4 of 4: 11 of 12 demonstrates.
    first, second = top_up(small, clock, {"1.B": 4})
    assert history(small.context, first) == [
        ("issue", "valid", "", None),
        ("supersede", "superseded", "new_evidence", second),
    ]
    row = stored(small.context, second)
    assert (row.status, row.demonstrated) == ("valid", 2)
    payload = json.loads(row.payload)
    assert payload["supersedes"] == first
    assert [(e["task"], e["taken_on"], e["x"], e["n"]) for e in payload["evidence"]] == [
        ("1.A", "2026-03-02", 8, 8),
        ("1.B", "2026-03-02", 7, 8),
        ("1.B", "2026-04-02", 4, 4),
    ]
    assert row.expires_on == date(2029, 3, 1), "the earliest evidence decides"


def test_a_suspension_is_not_lifted_by_a_second_attempt(small: Room, clock: FixedClock) -> None:
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    record_status.suspend(small.context, registrar(small.context), first, *SUSPEND)
    clock.instant += MONTH
    second = small.serial(small.sit(learner, {"1.B": 4}))
    assert stored(small.context, first).status == "superseded"
    assert history(small.context, second) == [
        ("issue", "valid", "", None),
        ("suspend", "suspended", "irregularity", None),
    ]


def test_an_older_attempt_released_later_does_not_replace_the_newer(
    context: Context, clock: FixedClock
) -> None:
    small = room(context)
    learner = small.learner()
    first = small.sit(learner, MIXED)
    clock.instant += MONTH
    second = small.sit(learner, {"1.B": 4})
    with context.transaction(TESTS) as uow:
        # As if the first result had been held back until now.
        row = uow.session.get_one(RowRecord, stored(context, small.serial(first)).id)
        newer = uow.session.get_one(RowRecord, stored(context, small.serial(second)).id)
        newer.supersedes_id = None
        for event in uow.session.scalars(select(RowRecordEvent).where(RowRecordEvent.record_id == row.id)):
            uow.session.delete(event)
        uow.flush()
        uow.session.delete(row)
        uow.audit("undo", "record", row.id)
    serial = records.issue(context, TESTS, first)
    assert serial is not None
    assert stored(context, serial).status == "superseded"
    assert stored(context, small.serial(second)).status == "valid"
    assert history(context, serial)[-1] == (
        "supersede",
        "superseded",
        "new_evidence",
        small.serial(second),
    )


def test_a_record_that_ends_soon_is_renewed_by_a_new_cycle_and_stays(
    context: Context, clock: FixedClock
) -> None:
    banks.framework(context)
    banks.bank(context, secure={"1.A": 20, "1.B": 20}, practice={})
    small = Room(context, exams.published(context))
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    before = stored(context, first)
    clock.instant = datetime(2028, 11, 30, 12, tzinfo=UTC)
    assert [line.is_renewal_due for line in records.mine(context, learner)] == [False]
    clock.instant = datetime(2028, 12, 1, 12, tzinfo=UTC)
    assert [line.is_renewal_due for line in records.mine(context, learner)] == [True]
    second = small.serial(small.sit(learner, GOOD))
    rows = [stored(context, serial) for serial in (first, second)]
    assert [(row.cycle, row.status, row.expires_on) for row in rows] == [
        (1, "valid", date(2029, 3, 1)),
        (2, "valid", date(2031, 12, 1)),
    ]
    assert (rows[0].payload, rows[0].signature) == (before.payload, before.signature)
    assert (history(context, first), records_of(context)) == ([("issue", "valid", "", None)], 2)
    assert [line.is_renewal_due for line in records.mine(context, learner)] == [False, False]


# --- status -----------------------------------------------------------------------------


def test_suspend_reinstate_revoke(small: Room) -> None:
    serial, rita = small.certified(), registrar(small.context)
    record_status.suspend(small.context, rita, serial, *SUSPEND)
    record_status.reinstate(small.context, rita, serial, "appeal", "Seen by the panel")
    revoke(small.context, rita, serial, "holder_request", "Asked by letter")
    assert history(small.context, serial) == [
        ("issue", "valid", "", None),
        ("suspend", "suspended", "irregularity", None),
        ("reinstate", "valid", "appeal", None),
        ("revoke", "revoked", "holder_request", None),
    ]


def test_revoked_is_final(small: Room) -> None:
    serial, rita = small.certified(), registrar(small.context)
    revoke(small.context, rita, serial, *SUSPEND)
    for verb in (record_status.suspend, record_status.reinstate, revocations.propose):
        with pytest.raises(Refused) as error:
            verb(small.context, rita, serial, *SUSPEND)
        assert error.value.code == "illegal_transition"


def test_a_change_needs_a_category_and_a_reason(small: Room) -> None:
    serial, rita = small.certified(), registrar(small.context)
    with pytest.raises(Invalid) as error:
        revocations.propose(small.context, rita, serial, "dislike", " ")
    assert [p.reason for p in error.value.problems] == ["unknown_category", "missing"]
    assert stored(small.context, serial).status == "valid"


def test_nobody_changes_the_status_of_their_own_record(small: Room) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, GOOD))
    both = Actor(learner.person_id, frozenset({Role.LEARNER, Role.REGISTRAR}))
    with pytest.raises(Forbidden) as error:
        record_status.suspend(small.context, both, serial, *SUSPEND)
    assert error.value.code == "own_record"


def test_only_registrars_change_a_status(sqlite_context: Context) -> None:
    for role in set(Role) - {Role.REGISTRAR}:
        with pytest.raises(Forbidden):
            record_status.suspend(sqlite_context, Actor(UUID(int=1), frozenset({role})), "x", *SUSPEND)
        with pytest.raises(Forbidden):
            revocations.propose(sqlite_context, Actor(UUID(int=1), frozenset({role})), "x", *SUSPEND)


# --- for good, by two people ------------------------------------------------------------


def refusal(error: type[DomainError], what: Callable[[], object]) -> str:
    with pytest.raises(error) as told:
        what()
    return told.value.code


def revocation_lines(context: Context) -> list[tuple[str, UUID | None]]:
    with context.reading() as session:
        query = select(RowAuditLine).where(RowAuditLine.noun == "revocation")
        return [(row.verb, row.actor_id) for row in session.scalars(query.order_by(RowAuditLine.id))]


def test_a_revocation_takes_a_second_registrar(small: Room) -> None:
    context, serial = small.context, small.certified()
    rita, rob = registrar(context), registrar(context, "Rob Registrar")
    revocations.propose(context, rita, serial, *SUSPEND)
    assert stored(context, serial).status == "valid"
    told = refusal(Forbidden, lambda: revocations.approve(context, rita, serial))
    assert (told, stored(context, serial).status) == ("own_proposal", "valid")
    revocations.approve(context, rob, serial)
    assert history(context, serial)[1:] == [("revoke", "revoked", "irregularity", None)]
    assert revocation_lines(context) == [("propose", rita.person_id), ("approve", rob.person_id)]


def test_the_command_line_may_propose_a_revocation_and_no_more(small: Room) -> None:
    context, serial = small.context, small.certified()
    revocations.propose(context, TESTS, serial, *SUSPEND)
    assert refusal(Forbidden, lambda: revocations.approve(context, TESTS, serial)) == "needs_person"
    revocations.approve(context, registrar(context), serial)
    assert stored(context, serial).status == "revoked"


def test_a_proposed_revocation_can_be_withdrawn_and_proposed_anew(small: Room) -> None:
    context, serial = small.context, small.certified()
    rita, rob = registrar(context), registrar(context, "Rob Registrar")
    assert refusal(NotFound, lambda: revocations.withdraw(context, rita, serial)) == "not_found"
    revocations.propose(context, rita, serial, *SUSPEND)
    again = refusal(Refused, lambda: revocations.propose(context, rita, serial, *SUSPEND))
    revocations.withdraw(context, rita, serial)
    assert (again, stored(context, serial).status) == ("revocation_pending", "valid")
    assert refusal(NotFound, lambda: revocations.approve(context, rob, serial)) == "not_found"
    revocations.propose(context, rita, serial, *SUSPEND)
    assert [(told.serial, told.is_own) for told in revocations.waiting(context, rita)] == [(serial, True)]


def test_a_revocation_whose_record_was_replaced_cannot_be_approved(small: Room, clock: FixedClock) -> None:
    context, learner, rita = small.context, small.learner(), registrar(small.context)
    first = small.serial(small.sit(learner, MIXED))
    revocations.propose(context, TESTS, first, *SUSPEND)
    clock.instant += MONTH
    small.sit(learner, {"1.B": 4})
    assert refusal(Refused, lambda: revocations.approve(context, rita, first)) == "illegal_transition"
    assert [told.is_possible for told in revocations.waiting(context, rita)] == [False]
    revocations.withdraw(context, rita, first)
    assert (revocations.waiting(context, rita), revocations.count_waiting(context, rita)) == ([], 0)


def test_whose_record_it_is_neither_decides_nor_sees_that_a_revocation_waits(small: Room) -> None:
    context, learner = small.context, small.learner()
    serial = small.serial(small.sit(learner, GOOD))
    both = Actor(learner.person_id, frozenset({Role.LEARNER, Role.REGISTRAR}))
    revocations.propose(context, TESTS, serial, *SUSPEND)
    for verb in (revocations.approve, revocations.withdraw):
        assert refusal(Forbidden, partial(verb, context, both, serial)) == "own_record"
    assert (revocations.waiting(context, both), revocations.count_waiting(context, both)) == ([], 0)
    assert revocations.waiting_of(context, both, serial) is None


def test_the_list_of_waiting_revocations_is_noted_as_a_look(small: Room) -> None:
    context, serial, rita = small.context, small.certified(), registrar(small.context)
    revocations.propose(context, TESTS, serial, *SUSPEND)
    revocations.waiting(context, rita)
    assert doors(context) == [("revocations", rita.person_id)]


def test_expired_is_computed_never_stored(small: Room, clock: FixedClock) -> None:
    serial, rita = small.certified(), registrar(small.context)
    clock.instant = datetime(2029, 3, 1, 23, 59, tzinfo=UTC)
    assert records.show(small.context, rita, serial).status is RecordStatus.VALID
    clock.instant += timedelta(minutes=1)
    assert records.show(small.context, rita, serial).status is RecordStatus.EXPIRED
    assert stored(small.context, serial).status == "valid"
    assert [line.serial for line in find(small.context, rita, status=RecordStatus.EXPIRED)] == [serial]
    assert find(small.context, rita, status=RecordStatus.VALID) == []


# --- finding ----------------------------------------------------------------------------


def find(context: Context, actor: Actor, **wish: Any) -> list[records.RecordLine]:
    return list(records.find(context, actor, Wish(**wish)).lines)


def test_a_registrar_finds_by_name_serial_exam_status_and_task(small: Room) -> None:
    ada, bo = small.certified("Ada Example", MIXED), small.certified("Bo 100%_Example", GOOD)
    rita = registrar(small.context)
    record_status.suspend(small.context, rita, bo, *SUSPEND)

    def serials(**wish: Any) -> set[str]:
        return {line.serial for line in find(small.context, rita, **wish)}

    assert serials() == {ada, bo}
    assert serials(text="ada EX") == {ada}
    assert serials(text="100%_") == {bo}
    assert serials(text="_") == set()
    assert serials(text="BÓ exa") == {bo}
    assert serials(text="exa zzz") == set()
    assert serials(text="ada.example.1@EXAMPLE.org") == {ada}
    assert serials(text="small CERT") == {ada, bo}
    assert serials(text=ada.lower().replace("-", " ")) == {ada}
    assert serials(text=bo[:9]) == {bo}
    assert serials(exam_id=small.exam_id) == {ada, bo}
    assert serials(exam_id=UUID(int=1)) == set()
    assert serials(status=RecordStatus.SUSPENDED) == {bo}
    assert serials(task_code="1.A") == {ada, bo}
    assert serials(task_code="1.B") == {bo}
    assert serials(serials=(ada,)) == {ada}
    assert serials(issued_since=small.context.clock.now()) == {ada, bo}
    assert serials(issued_before=small.context.clock.now()) == set()
    assert (serials(expires_within=90), serials(expires_within=1095)) == (set(), {ada})
    course = cohorts.create_cohort(small.context, TESTS, "Course")
    assert serials(cohort_id=course) == set()
    cohorts.add_members(small.context, TESTS, course, [stored(small.context, ada).person_id])
    assert serials(cohort_id=course) == {ada}
    ordered = [line.learner_name for line in find(small.context, rita, sort="-learner")]
    assert ordered == ["Bo 100%_Example", "Ada Example"]


def test_pages_count_everything(small: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PAGE_SIZE", 1)
    names = ["Ada Example", "Bo Example"]
    for name in names:
        small.certified(name)
    rita = registrar(small.context)
    told = [records.find(small.context, rita, Wish(sort="learner"), page) for page in (1, 2, 9)]
    assert [(p.lines[0].learner_name, p.total, p.page, p.pages) for p in told] == [
        ("Ada Example", 2, 1, 2),
        ("Bo Example", 2, 2, 2),
        ("Bo Example", 2, 2, 2),
    ]


def test_an_export_is_exactly_the_filtered_rows(small: Room) -> None:
    ada = small.certified("=HYPERLINK(1)", MIXED)
    small.certified("Bo Example", GOOD)
    rita = registrar(small.context)
    data = b"".join(record_exports.stream(small.context, rita, Wish(text="hyper"), "csv", "csv"))
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [(row["serial"], row["learner"], row["task_codes"]) for row in rows] == [
        (ada, "'=HYPERLINK(1)", "1.A")
    ]
    assert tuple(rows[0]) == record_exports.COLUMNS


def test_a_long_export_goes_in_batches_and_misses_nothing(
    small: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_exports, "BATCH", 2)
    wanted = [small.certified(name) for name in ("Ada Example", "Bo Example", "Cy Example")]
    rita = registrar(small.context)
    told = {
        sort: [row["serial"] for row in record_exports.rows(small.context, rita, Wish(sort=sort), "json")]
        for sort in ("learner", "-learner", "-issued_at", "exam")
    }
    assert (told["learner"], told["-learner"]) == (wanted, wanted[::-1])
    assert {sort: sorted(serials) for sort, serials in told.items()} == dict.fromkeys(told, sorted(wanted))
    assert len(doors(small.context)) == 12


def test_a_file_is_written_in_the_background(small: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_exports, "PART_BYTES", 40)
    serial, rita = small.certified("=Ada Example"), registrar(small.context)
    asked = {
        form: record_exports.ask(small.context, rita, Wish(), form)
        for form, known in record_exports.FORMS.items()
        if known.is_direct
    }
    with pytest.raises(Refused):
        record_exports.file_of(small.context, rita, asked["csv"])
    assert jobs.run_due(small.context) == 3
    files = {form: b"".join(record_exports.file_of(small.context, rita, key)) for form, key in asked.items()}
    by_csv = next(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    header, cells = xlsx_files.read(files["xlsx"], 10)
    assert dict(zip(header, cells, strict=True)) == by_csv
    assert (by_csv["serial"], by_csv["learner"]) == (serial, "'=Ada Example")
    assert [(row["serial"], row["learner"]) for row in json.loads(files["json"])] == [
        (serial, "=Ada Example")
    ]
    assert [export.is_ready for export in record_exports.exports(small.context, rita)] == [True] * 3
    other = registrar(small.context, "Roy Registrar")
    with pytest.raises(NotFound):
        record_exports.export(small.context, other, asked["csv"])


def test_records_leave_as_signed_files_in_an_archive_or_as_one_unsigned_copy(
    small: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo = small.certified(), small.certified("Bo 田中")
    rita, context = registrar(small.context), small.context
    asked = {form: record_exports.ask(context, rita, Wish(sort="learner"), form) for form in ("zip", "pdf")}
    assert jobs.run_due(context) == 2
    files = {form: b"".join(record_exports.file_of(context, rita, key)) for form, key in asked.items()}
    with zipfile.ZipFile(io.BytesIO(files["zip"])) as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    assert list(told) == [f"record-{ada}.pdf", "records.csv", "README.txt"]
    assert told[f"record-{ada}.pdf"] == records.export(context, TESTS, ada, "pdf"), "the one that is kept"
    readme = told["README.txt"].decode()
    assert readme.endswith(f"not affected:\n{bo}\n")
    rows = csv.DictReader(io.StringIO(told["records.csv"].decode("utf-8-sig")))
    assert [row["serial"] for row in rows] == [ada, bo]
    first, *others = pdfs.page_texts(files["pdf"])
    assert ("carries no signature" in first, "Ada Example" in first, ada in first, bo in first) == (
        True, True, True, True,
    )  # fmt: skip
    assert [("unsigned copy" in page, ada in page) for page in others] == [(True, True)] * len(others)
    assert "This copy is not signed" in others[-1]
    assert record_uploads.check(context, rita, files["pdf"]).finding is Finding.NOT_SIGNED
    assert sorted(door for door, _ in doors(context)) == ["export:pdf"] * 2 + ["export:zip"] * 2 + ["pdf"]
    monkeypatch.setattr(record_exports, "FORMS", {"zip": replace(record_exports.FORMS["zip"], most=1)})
    with pytest.raises(Refused) as error:
        record_exports.ask(context, rita, Wish(), "zip")
    assert error.value.code == "too_many_records"


def test_views_are_kept_by_name_for_their_owner_only(context: Context) -> None:
    rita, roy = registrar(context), registrar(context, "Roy Registrar")
    saved_views.save(context, rita, " My  course ", "text=ada")
    view_id = saved_views.save(context, rita, "My course", "text=bo")
    assert [(view.name, view.query) for view in saved_views.listed(context, rita)] == [
        ("My course", "text=bo")
    ]
    assert saved_views.listed(context, roy) == []
    with pytest.raises(Forbidden):
        saved_views.listed(context, rita, saved_views.of_bank("harbour-items"))
    with pytest.raises(NotFound):
        saved_views.delete(context, roy, view_id)
    with pytest.raises(Invalid):
        saved_views.save(context, rita, " ", "")
    saved_views.delete(context, rita, view_id)
    assert saved_views.listed(context, rita) == []


def test_every_look_of_a_registrar_is_noted(small: Room) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, MIXED))
    rita = registrar(small.context)
    find(small.context, rita)
    records.show(small.context, rita, serial)
    records.file_of(small.context, rita, serial)
    list(record_exports.rows(small.context, rita, Wish(), "csv"))
    records.desk(small.context, rita)
    records.show(small.context, learner, serial)
    assert doors(small.context) == [
        (door, rita.person_id) for door in ("list", "page", "json", "csv", "desk")
    ]
    with small.context.reading() as session:
        lines = session.scalars(select(RowAuditLine).where(RowAuditLine.verb == "disclose")).all()
        assert [line.facts["door"] for line in lines] == ["list", "page", "json", "csv", "desk"]


def test_a_registrar_sees_marks_but_the_holder_does_not(small: Room) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, MIXED))
    told = records.show(small.context, registrar(small.context), serial)
    assert len(told.marks) == 16
    assert sum(mark.is_right for mark in told.marks) == 15
    assert {mark.item_id[:10] for mark in told.marks} == {"1.a-secure", "1.b-secure"}
    own = records.show(small.context, learner, serial)
    assert (own.marks, own.is_own) == ((), True)


def test_the_records_of_others_look_as_if_they_did_not_exist(small: Room) -> None:
    serial = small.certified()
    other = small.learner("Bo Example")
    assert records.mine(small.context, other) == []
    for look in (records.show, records.file_of):
        with pytest.raises(NotFound):
            look(small.context, other, serial)
    for ask in (records.desk, records.choices):
        with pytest.raises(Forbidden):
            ask(small.context, other)
    with pytest.raises(Forbidden):
        records.find(small.context, other, Wish())


def test_a_learner_has_their_own_records(small: Room, clock: FixedClock) -> None:
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    clock.instant += MONTH
    second = small.serial(small.sit(learner, {"1.B": 4}))
    assert [(line.serial, line.status) for line in records.mine(small.context, learner)] == [
        (second, RecordStatus.VALID),
        (first, RecordStatus.SUPERSEDED),
    ]


def test_the_desk_shows_what_expires_within_thirty_days(small: Room, clock: FixedClock) -> None:
    serial, rita = small.certified(), registrar(small.context)
    assert records.desk(small.context, rita).expiring == ()
    clock.instant = datetime(2029, 1, 30, 12, tzinfo=UTC)
    told = records.desk(small.context, rita)
    assert [line.serial for line in told.expiring] == [serial]
    assert [line.serial for line in told.last_issued] == [serial]
    assert (told.total, told.counts[RecordStatus.VALID]) == (1, 1)
    clock.instant = datetime(2029, 3, 2, 12, tzinfo=UTC)
    assert records.desk(small.context, rita).expiring == ()


def test_the_issuing_officer_is_named_when_somebody_decided(context: Context) -> None:
    from quizapp.services import releases

    small = room(context, release=Release.MANUAL)
    attempt_id, rita = small.sit(small.learner(), GOOD), registrar(context)
    releases.release(context, rita, attempt_id)
    serial = records.issue(context, rita, attempt_id)
    assert serial is not None
    assert records.show(context, rita, serial).payload["issuing_officer"] == "Rita Registrar"


def test_a_record_keeps_the_name_it_attested(small: Room) -> None:
    learner = small.learner()
    serial = small.serial(small.sit(learner, GOOD))
    with small.context.transaction(TESTS) as uow:
        uow.session.get_one(RowPerson, learner.person_id).name = "Ada Newname"
        uow.audit("rename", "person", learner.person_id)
    assert records.mine(small.context, learner)[0].learner_name == "Ada Example"
    assert records.show(small.context, learner, serial).payload["learner"]["name"] == "Ada Example"

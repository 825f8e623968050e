"""Verification: nothing but the exact file of a record in force passes, here and without a database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import rfc8785
from sqlalchemy import select

from quizapp.domain.errors import Invalid
from quizapp.domain.person import NOBODY
from quizapp.domain.record import RecordStatus
from quizapp.integrations import record_files
from quizapp.integrations.signing import Ed25519Signer
from quizapp.ports import FixedClock
from quizapp.services import credential_checks, record_status, records, verification
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Finding, Verification
from quizapp.store.people import need_installation
from quizapp.store.records import RowDisclosure, RowRecord
from tests.support.people import TESTS
from tests.support.records import MIXED, MONTH, Room, changed, leaves, registrar, revoke, room

REASON = ("irregularity", "Told by the proctor")


@pytest.fixture
def small(context: Context) -> Room:
    return room(context)


def issued(small: Room) -> tuple[str, bytes]:
    serial = small.certified()
    return serial, records.file_of(small.context, TESTS, serial)


def check(context: Context, data: bytes) -> Verification:
    return verification.check_file(context, NOBODY, data)


def outcome(told: Verification) -> tuple[Finding, RecordStatus | None, bool]:
    return told.finding, told.status, told.is_current


def test_the_file_of_a_record_in_force_passes(small: Room) -> None:
    serial, data = issued(small)
    told = check(small.context, data)
    assert outcome(told) == (Finding.AUTHENTIC, RecordStatus.VALID, True)
    assert (told.serial, told.revocation_checked_at) == (serial, small.context.clock.now())


def test_every_changed_leaf_is_refused(small: Room) -> None:
    _, data = issued(small)
    document = json.loads(data)
    paths = leaves(document)
    assert len(paths) > 50
    passed = []
    for path in paths:
        try:
            told = check(small.context, rfc8785.dumps(changed(document, path)))
        except Invalid:
            continue
        passed += [path] if told.is_authentic or told.is_current else []
    assert passed == []


def test_a_changed_leaf_with_a_new_checksum_is_refused(sqlite_context: Context) -> None:
    _, data = issued(room(sqlite_context))
    document = json.loads(data)
    keys = record_files.read_issuer(verification.issuer_file(sqlite_context))
    findings = set()
    for path in leaves(document["record"]):
        payload = rfc8785.dumps(changed(document["record"], path))
        forged = record_files.write(
            payload, document["proof"]["key_id"], bytes.fromhex(document["proof"]["signature"])
        )
        findings.add(credential_checks.check(forged, keys).finding)
    assert findings == {Finding.BAD_SIGNATURE}


LAYOUTS: dict[str, Callable[[bytes], bytes]] = {
    "a line end": lambda data: data + b"\n",
    "indented": lambda data: json.dumps(json.loads(data), indent=2).encode(),
    "a float": lambda data: data.replace(b'"cycles":1', b'"cycles":1.0'),
    "a member twice": lambda data: data.replace(b'"cycles":1', b'"cycles":1,"cycles":1'),
    "an escape": lambda data: data.replace(b"Ada", b"\\u0041da"),
}


def test_another_layout_of_the_same_facts_is_refused(sqlite_context: Context) -> None:
    _, data = issued(room(sqlite_context))
    refused = (Finding.NOT_CANONICAL, None, False)
    assert [rewrite(data) == data for rewrite in LAYOUTS.values()] == [False] * len(LAYOUTS)
    told = {name: outcome(check(sqlite_context, rewrite(data))) for name, rewrite in LAYOUTS.items()}
    assert told == dict.fromkeys(LAYOUTS, refused)


def test_a_forgery_that_brings_its_own_key_is_refused(small: Room) -> None:
    _, data = issued(small)
    payload = rfc8785.dumps({**json.loads(data)["record"], "learner": {"name": "Mallory"}})
    forger = Ed25519Signer(b"f" * 32)
    forged = record_files.write(payload, forger.key_id, forger.sign(payload))
    assert outcome(check(small.context, forged)) == (Finding.UNKNOWN_ISSUER, None, False)
    issuer = verification.issuer_file(small.context)
    told = verification.check_offline(forged, issuer, date(2026, 3, 3))
    assert outcome(told) == (Finding.UNKNOWN_ISSUER, None, False)


def test_our_signature_on_a_record_nobody_issued(small: Room) -> None:
    _, data = issued(small)
    payload = rfc8785.dumps({**json.loads(data)["record"], "serial": "0000-0000"})
    signer = small.context.signer
    stray = record_files.write(payload, signer.key_id, signer.sign(payload))
    assert outcome(check(small.context, stray)) == (Finding.NO_SUCH_RECORD, None, False)


PROOF = b'"proof":{"key_id":"","payload_sha256":"","signature":"","type":"ed25519-rfc8785"}}'
NO_RECORD_FILES = (
    b"",
    b"\xff\xfe",
    b"[]",
    b"{}",
    b'{"record":{},"proof":{}}',
    b"[" * 100_000,
    b'{"record":{"a":1e999},' + PROOF,
    b'{"record":{"a":"\\ud800"},' + PROOF,
    b'{"record":{},' + PROOF.replace(b"ed25519-rfc8785", b"none"),
)


def test_what_is_no_record_file(sqlite_context: Context) -> None:
    for data in NO_RECORD_FILES:
        with pytest.raises(Invalid) as error:
            check(sqlite_context, data)
        assert error.value.code == "unreadable_record"


def test_a_signature_has_one_spelling(sqlite_context: Context) -> None:
    _, data = issued(room(sqlite_context))
    document = json.loads(data)
    right = document["proof"]["signature"]
    for signature in ("", "zz", right.upper(), right[:-2], f" {right}", f"{right} "):
        document["proof"]["signature"] = signature
        assert check(sqlite_context, rfc8785.dumps(document)).finding is Finding.BAD_SIGNATURE


def test_statuses_are_told(small: Room, clock: FixedClock) -> None:
    serial, data = issued(small)
    rita = registrar(small.context)
    record_status.suspend(small.context, rita, serial, *REASON)
    assert outcome(check(small.context, data)) == (Finding.AUTHENTIC, RecordStatus.SUSPENDED, False)
    record_status.reinstate(small.context, rita, serial, *REASON)
    assert check(small.context, data).is_current
    clock.instant = datetime(2030, 1, 1, tzinfo=UTC)
    assert outcome(check(small.context, data)) == (Finding.AUTHENTIC, RecordStatus.EXPIRED, False)
    revoke(small.context, rita, serial, *REASON)
    assert outcome(check(small.context, data)) == (Finding.AUTHENTIC, RecordStatus.REVOKED, False)


def test_a_superseded_record_stays_verifiable(small: Room, clock: FixedClock) -> None:
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    clock.instant += MONTH
    second = small.serial(small.sit(learner, {"1.B": 4}))
    told = check(small.context, records.file_of(small.context, TESTS, first))
    assert outcome(told) == (Finding.AUTHENTIC, RecordStatus.SUPERSEDED, False)
    assert check(small.context, records.file_of(small.context, TESTS, second)).is_current


def test_without_a_database_revocation_is_not_known(small: Room) -> None:
    serial, data = issued(small)
    issuer = verification.issuer_file(small.context)
    revoke(small.context, registrar(small.context), serial, *REASON)
    told = verification.check_offline(data, issuer, date(2029, 3, 1))
    assert outcome(told) == (Finding.AUTHENTIC, RecordStatus.VALID, True)
    assert told.revocation_checked_at is None
    late = verification.check_offline(data, issuer, date(2029, 3, 2))
    assert outcome(late) == (Finding.AUTHENTIC, RecordStatus.EXPIRED, False)


def test_what_is_no_issuer_file(sqlite_context: Context) -> None:
    _, data = issued(room(sqlite_context))
    short = b'{"type":"quizapp-issuer","keys":[{"key_id":"k","public_key":"00"}]}'
    for issuer in (b"", b"{}", b'{"type":"quizapp-issuer","keys":[]}', short):
        with pytest.raises(Invalid) as error:
            verification.check_offline(data, issuer, date(2026, 3, 3))
        assert error.value.code == "unreadable_issuer"


def test_looking_up_is_noted_and_open_to_anybody(small: Room) -> None:
    serial = small.certified()
    told = verification.look_up(small.context, NOBODY, serial.lower().replace("-", " "))
    assert told is not None
    assert (told.serial, told.status) == (serial, RecordStatus.VALID)
    assert verification.look_up(small.context, NOBODY, "0" * 28) is None
    with small.context.reading() as session:
        rows = session.scalars(select(RowDisclosure)).all()
        assert [(row.door, row.actor_id) for row in rows] == [("verify", None)]


def test_a_stored_record_that_was_tampered_with_is_never_shown(small: Room) -> None:
    serial = small.certified()
    with small.context.transaction(TESTS) as uow:
        row = uow.session.scalars(select(RowRecord)).one()
        row.payload = row.payload.replace("Ada", "Eve")
        uow.audit("tamper", "record", row.id)
    with pytest.raises(Invalid) as error:
        verification.look_up(small.context, NOBODY, serial)
    assert error.value.code == "record_damaged"


def test_old_records_verify_after_the_key_was_changed(small: Room) -> None:
    _, data = issued(small)
    after = replace(small.context, signer=Ed25519Signer(b"n" * 32))
    assert check(after, data).is_current
    newer = Room(after, small.exam_id).certified("Bo Example")
    told = check(after, records.file_of(after, TESTS, newer))
    assert (told.is_current, told.key_id) == (True, after.signer.key_id)
    offline = verification.check_offline(data, verification.issuer_file(after), date(2026, 3, 3))
    assert offline.is_authentic


def test_the_issuer_file_of_an_installation_names_it(sqlite_context: Context) -> None:
    with sqlite_context.transaction(TESTS) as uow:
        need_installation(uow.session, uow.now, "issuer-7")
        uow.audit("mark", "installation", "issuer-7")
    assert json.loads(verification.issuer_file(sqlite_context))["issuer"]["id"] == "issuer-7"

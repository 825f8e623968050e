"""Credentials of real records: the same facts, nothing changed passes, and the bit follows the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from quizapp.domain.errors import Invalid, NotFound, Refused
from quizapp.domain.person import NOBODY
from quizapp.domain.record import RecordStatus
from quizapp.integrations import signing
from quizapp.integrations.credentials import proofs, status_lists
from quizapp.integrations.signing import Ed25519Signer
from quizapp.ports import FixedClock
from quizapp.services import credential_checks, credentials, record_status, records, verification
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Finding, Verification
from quizapp.store.records import by_serial, key_ring
from tests.support import pdfs
from tests.support.credentials import (
    ADDRESS,
    common,
    facts,
    of_json,
    of_open_badge,
    of_page,
    of_paper,
    of_transcript,
    published,
)
from tests.support.people import TESTS
from tests.support.records import MIXED, MONTH, Room, changed, leaves, registrar, revoke, room

REASON = ("irregularity", "Told by the proctor")
DAY = date(2026, 3, 3)


@pytest.fixture
def small(context: Context) -> Room:
    return room(context)


def export(context: Context, serial: str, form: str = "openbadge") -> bytes:
    return records.export(context, TESTS, serial, form)


def check(context: Context, data: bytes) -> Verification:
    return verification.check_file(context, NOBODY, data)


def outcome(told: Verification) -> tuple[Finding, RecordStatus | None, bool]:
    return told.finding, told.status, told.is_current


CURRENT = (Finding.AUTHENTIC, RecordStatus.VALID, True)
READERS = {"json": of_json, "openbadge": of_open_badge, "clr": of_transcript}


def test_every_form_says_the_same_facts(sqlite_context: Context) -> None:
    serial = room(sqlite_context, title='An <b>"exam"</b> &amp; more').certified("Zoë Example")
    files = {form: export(sqlite_context, serial, form) for form in records.PROJECTIONS}
    whole = {form: facts(read(files[form])) for form, read in READERS.items()}
    whole["html"] = of_page(files["html"])
    whole["pdf"] = facts(of_json(pdfs.attachment(files["pdf"])))
    assert whole == dict.fromkeys(records.PROJECTIONS, whole["json"])
    # The words on paper are read too: they could say something else than the record inside.
    assert of_paper(files["pdf"]) == common(whole["json"])


def test_a_credential_and_a_transcript_are_current(small: Room, clock: FixedClock) -> None:
    serial = small.certified()
    data = export(small.context, serial)
    told = check(small.context, data)
    assert (outcome(told), told.serial, told.payload["learner"]) == (CURRENT, serial, {"name": "Ada Example"})
    assert export(small.context, serial) == data, "the same record is the same file"
    whole = check(small.context, export(small.context, serial, "clr"))
    assert (outcome(whole), [part.serial for part in whole.parts]) == (CURRENT, [serial])
    clock.instant = datetime(2029, 3, 2, tzinfo=UTC)
    expired = (Finding.AUTHENTIC, RecordStatus.EXPIRED, False)
    assert outcome(check(small.context, data)) == expired
    assert outcome(check(small.context, export(small.context, serial, "clr"))) == expired


def test_dates_only(sqlite_context: Context) -> None:
    document = json.loads(export(sqlite_context, room(sqlite_context).certified()))
    assert (document["validFrom"], document["validUntil"]) == ("2026-03-02T00:00:00Z", "2029-03-01T23:59:59Z")
    assert document["proof"][0]["created"] == "2026-03-02T00:00:00Z"
    assert "12:00" not in json.dumps(document)


def test_dates_are_those_of_the_installation(sqlite_context: Context) -> None:
    settings = replace(sqlite_context.settings, zone="Asia/Tokyo")
    context = replace(sqlite_context, settings=settings)
    data = export(context, room(context).certified())
    assert json.loads(data)["validFrom"] == "2026-03-02T00:00:00+09:00"
    assert outcome(check(context, data)) == CURRENT


def test_a_task_is_aligned_when_it_was_demonstrated(sqlite_context: Context) -> None:
    document = json.loads(export(published(sqlite_context), room(sqlite_context).certified(right=MIXED)))
    told = document["credentialSubject"]["achievement"]["alignment"]
    assert [(entry["targetType"], entry["targetCode"], entry["targetName"]) for entry in told] == [
        ("CFItem", "1.A", "Do A.")
    ]
    # Of the CASE item "small/1/Task Statement/1.A", wherever and whenever it is computed.
    assert told[0]["targetUrl"] == f"{ADDRESS}/ims/case/v1p0/CFItems/af4236db-c71f-572f-a568-a2a5f88c5642"


# --- nothing that was changed passes ----------------------------------------------------


def variants(document: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The document with every leaf changed, every member left out, and members added everywhere."""
    for path in leaves(document):
        yield ("changed", *path), changed(document, path)
    for path in branches(document):
        copy = json.loads(json.dumps(document))
        at = copy
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        yield ("left out", *path), copy
    for path in [(), *branches(document)]:
        for more in added(document, path):
            yield ("added", *path), more


def branches(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for name, entry in entries for found in ((*path, name), *branches(entry, (*path, name)))]


def added(document: dict[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    copy = json.loads(json.dumps(document))
    at = copy
    for step in path:
        at = at[step]
    if isinstance(at, dict):
        at["description" if "description" not in at else "narrative"] = "More"
        yield copy
    elif isinstance(at, list):
        # The same again is the same RDF: only the shape of the document can tell.
        at.append(at[0])
        yield copy


def test_nothing_changed_left_out_or_added_passes(sqlite_context: Context) -> None:
    data = export(sqlite_context, room(sqlite_context).certified())
    with sqlite_context.reading() as session:
        keys = dict(key_ring(session))
    assert credential_checks.check(data, keys).finding is Finding.AUTHENTIC
    passed, count = [], 0
    for name, document in variants(json.loads(data)):
        count += 1
        try:
            told = credential_checks.check(json.dumps(document).encode(), keys)
        except ValueError:
            continue
        passed += [name] if told.finding is Finding.AUTHENTIC else []
    assert (passed, count > 300) == ([], True)


def test_the_proof_alone_covers_every_leaf_of_the_subject(sqlite_context: Context) -> None:
    signer = sqlite_context.signer
    document = json.loads(export(sqlite_context, room(sqlite_context).certified()))

    def holds(told: dict[str, Any]) -> bool:
        return proofs.holds(
            told, lambda signature, data: signing.verifies(signer.public_key, signature, data)
        )

    assert holds(document)
    spots = [
        ("credentialSubject", "identifier", 0, "identityHash"),
        ("credentialSubject", "result", 0, "value"),
        ("credentialSubject", "achievement", "alignment", 0, "targetCode"),
        ("evidence", 0, "narrative"),
        ("credentialStatus", 0, "statusListIndex"),
        ("validUntil",),
        ("issuer", "name"),
    ]
    assert [holds(changed(document, spot)) for spot in spots] == [False] * len(spots)


def test_a_forgery_that_brings_its_own_key(sqlite_context: Context) -> None:
    context = published(sqlite_context)
    serial = room(context).certified()
    forger = replace(context, signer=Ed25519Signer(b"f" * 32))
    with context.reading() as session:
        keys = dict(key_ring(session))
    data = export(forger, serial)
    assert credential_checks.check(data, keys).finding is Finding.UNKNOWN_ISSUER
    # The forger claims to be us: the key it names is ours, the signature is not.
    stolen = data.replace(forger.signer.key_id[8:].encode(), context.signer.key_id[8:].encode())
    assert credential_checks.check(stolen, keys).finding is Finding.BAD_SIGNATURE


def test_one_changed_part_spoils_a_transcript(sqlite_context: Context) -> None:
    whole = export(sqlite_context, room(sqlite_context).certified(), "clr")
    for old, new in ((b"Ada", b"Eve"), (b'"name":"Transcript"', b'"name":"Diploma"')):
        told = check(sqlite_context, whole.replace(old, new))
        assert (told.is_authentic, told.is_current) == (False, False)


def test_a_credential_stands_in_a_transcript_once(sqlite_context: Context) -> None:
    document = json.loads(export(sqlite_context, room(sqlite_context).certified(), "clr"))
    parts = document["credentialSubject"]["verifiableCredential"]
    # Thirty copies of a genuine credential would keep the machine busy for years.
    document["credentialSubject"]["verifiableCredential"] = parts * 30
    told = check(sqlite_context, json.dumps(document).encode())
    assert (told.finding, told.parts) == (Finding.NOT_CANONICAL, ())


# --- the bit ----------------------------------------------------------------------------


def bit(context: Context, data: bytes, purpose: str) -> bool:
    """What a stranger reads in the list that a credential points to."""
    entry = next(e for e in json.loads(data)["credentialStatus"] if e["statusPurpose"] == purpose)
    address, _, number = entry["statusListCredential"].rpartition("/")
    assert address == f"{ADDRESS}/status/{purpose}"
    told = credentials.status_list(context, purpose, int(number))
    assert told is not None
    subject = json.loads(told)["credentialSubject"]
    assert (subject["statusPurpose"], subject["id"]) == (purpose, f"{entry['statusListCredential']}#list")
    return status_lists.is_set(subject["encodedList"], int(entry["statusListIndex"]))


def test_the_bit_follows_the_record_at_once(small: Room, clock: FixedClock) -> None:
    context, rita = published(small.context), registrar(small.context)
    learner = small.learner()
    first, other = small.serial(small.sit(learner, MIXED)), small.certified("Bo Example")
    data, others = export(context, first), export(context, other)

    def bits() -> list[bool]:
        return [bit(context, told, purpose) for told in (data, others) for purpose in credentials.BITS]

    assert bits() == [False] * 4
    record_status.suspend(context, rita, first, *REASON)
    assert (bits(), check(context, data).status) == ([False, True, False, False], RecordStatus.SUSPENDED)
    record_status.reinstate(context, rita, first, *REASON)
    assert bits() == [False] * 4
    clock.instant += MONTH
    small.sit(learner, {"1.B": 4})
    assert (bits(), check(context, data).status) == ([True, False, False, False], RecordStatus.SUPERSEDED)
    revoke(context, rita, other, *REASON)
    assert bits() == [True, False, True, False]
    assert export(context, first) == data, "withdrawn, and still the same credential"


def test_lists_that_are_not_there(sqlite_context: Context) -> None:
    assert [credentials.status_list(sqlite_context, *which) for which in UNKNOWN_LISTS] == [None] * 3
    assert credentials.status_list(sqlite_context, "revocation", 1) is not None, "the first always is"


UNKNOWN_LISTS = (("revocation", 0), ("revocation", 2), ("refresh", 1))


def test_a_taken_place_is_not_given_again(small: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_lists, "BITS", 1)
    serials = [small.certified(name) for name in ("Ada Example", "Bo Example")]
    with small.context.transaction(TESTS) as uow:
        rows = [row for serial in serials if (row := by_serial(uow.session, serial))]
        places = [credentials.place(uow, row) for row in (*rows, *rows)]
    assert places == [(1, 0), (2, 0)] * 2


# --- without us -------------------------------------------------------------------------


def offline(context: Context, data: bytes, *lists: str, day: date = DAY) -> Verification:
    issuer = credentials.did_document(context) or verification.issuer_file(context)
    kept = [told for purpose in lists if (told := credentials.status_list(context, purpose, 1))]
    return verification.check_offline(data, issuer, day, kept)


@pytest.mark.parametrize("address", ["", ADDRESS, f"{ADDRESS}:8443/a/b"])
def test_offline_with_and_without_status_lists(sqlite_context: Context, address: str) -> None:
    context = published(sqlite_context, address)
    serial = room(sqlite_context).certified()
    data, rita = export(context, serial), registrar(sqlite_context)
    told = offline(context, data)
    assert (outcome(told), told.revocation_checked_at) == (CURRENT, None)
    assert offline(context, data, "revocation").revocation_checked_at is None, "half an answer is none"
    told = offline(context, data, *credentials.BITS)
    assert (outcome(told), told.revocation_checked_at) == (CURRENT, datetime(2026, 3, 2, tzinfo=UTC))
    assert offline(context, data, day=date(2029, 3, 2)).status is RecordStatus.EXPIRED
    whole = export(context, serial, "clr")
    record_status.suspend(context, rita, serial, *REASON)
    assert offline(context, data, *credentials.BITS).status is RecordStatus.SUSPENDED
    revoke(context, rita, serial, *REASON)
    told = offline(context, whole, *credentials.BITS)
    assert (told.finding, told.status, told.parts[0].status) == (
        Finding.AUTHENTIC,
        RecordStatus.REVOKED,
        RecordStatus.REVOKED,
    )


def test_a_list_of_somebody_else_is_refused(sqlite_context: Context) -> None:
    context = published(sqlite_context)
    data = export(context, room(sqlite_context).certified())
    stranger = replace(context, signer=Ed25519Signer(b"s" * 32))
    issuer = credentials.did_document(context)
    assert issuer is not None
    theirs = credentials.status_list(stranger, "revocation", 1)
    ours = credentials.status_list(context, "revocation", 1)
    assert theirs is not None
    assert ours is not None
    for kept in (theirs, ours.replace(b"revocation", b"suspension"), data, b"{}"):
        with pytest.raises(Invalid) as error:
            verification.check_offline(data, issuer, DAY, [kept])
        assert error.value.code == "unreadable_list"


def test_retired_keys_stay_in_the_did_document(small: Room) -> None:
    context = published(small.context)
    serial = small.certified()
    data = export(context, serial)
    after = replace(context, signer=Ed25519Signer(b"n" * 32))
    assert [outcome(offline(after, data)), outcome(check(after, data))] == [CURRENT, CURRENT]
    again = export(after, serial)
    assert again != data
    assert [outcome(offline(after, again)), outcome(check(after, again))] == [CURRENT, CURRENT]


def test_a_key_alone_has_no_did_document(sqlite_context: Context) -> None:
    told = [credentials.did_document(published(sqlite_context, url)) for url in ("", "http://127.0.0.1:8000")]
    assert told == [None, None]


# --- who may ----------------------------------------------------------------------------


def test_nothing_in_force_is_no_transcript(sqlite_context: Context) -> None:
    serial = room(sqlite_context).certified()
    revoke(sqlite_context, registrar(sqlite_context), serial, *REASON)
    with pytest.raises(Refused) as error:
        export(sqlite_context, serial, "clr")
    assert error.value.code == "nothing_in_force"
    assert check(sqlite_context, export(sqlite_context, serial)).status is RecordStatus.REVOKED


def test_a_transcript_holds_everything_that_was_not_withdrawn(small: Room, clock: FixedClock) -> None:
    learner = small.learner()
    first = small.serial(small.sit(learner, MIXED))
    clock.instant += MONTH
    second = small.serial(small.sit(learner, {"1.B": 4}))
    small.certified("Bo Example")
    told = check(small.context, records.export(small.context, learner, first, "clr"))
    assert [part.serial for part in told.parts] == [second]
    with pytest.raises(NotFound):
        records.export(small.context, small.learner("Cy Example"), first, "clr")


NO_CREDENTIALS = (
    b'{"@context":[],"credentialSubject":{}}',
    b'{"@context":[],"credentialSubject":{},"proof":[{}]}',
    b'{"@context":[],"credentialSubject":{},"type":["ClrCredential"],"issuer":1}',
)


def test_credentials_of_others_are_of_an_unknown_issuer(sqlite_context: Context) -> None:
    for data in NO_CREDENTIALS:
        assert outcome(check(sqlite_context, data)) == (Finding.UNKNOWN_ISSUER, None, False)
    for data in (
        b'{"@context":[],"credentialSubject":{},"a":1,"a":2}',
        b'{"@context":[],"credentialSubject":1e999}',
    ):
        with pytest.raises(Invalid) as error:
            check(sqlite_context, data)
        assert error.value.code == "unreadable_record"

"""Keys of records: rotated, and the drill for one that leaked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.record import RecordStatus
from quizapp.integrations import keys, record_files, signing
from quizapp.integrations.pdf_signatures import PdfSigner
from quizapp.integrations.signing import Ed25519Signer
from quizapp.services import record_status, record_uploads, records, signing_keys, verification
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Finding
from tests.support.people import TESTS
from tests.support.records import Room, registrar, revoke, room

REASON = ("irregularity", "Two people, one keyboard")


def own_files(context: Context, tmp_path: Path) -> Context:
    """The same installation with its keys in files of its own."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in keys.NAMES:
        (folder / name).write_text(keys.generate())
    settings = replace(context.settings, key_directory=str(folder))
    return restarted(replace(context, settings=settings))


def restarted(context: Context) -> Context:
    """What a process started now would sign with."""
    seed = keys.load(context.settings).signing
    return replace(context, signer=Ed25519Signer(seed), documents=PdfSigner(seed))


def states(context: Context) -> list[tuple[str, bool, bool, bool, int]]:
    return [
        (k.key_id, k.is_current, k.retired_at is not None, k.leaked_at is not None, k.in_force)
        for k in signing_keys.listed(context, TESTS)
    ]


def test_after_a_rotation_old_records_verify_and_new_ones_have_the_new_key(
    context: Context, tmp_path: Path
) -> None:
    before = own_files(context, tmp_path)
    small = room(before)
    old = records.file_of(before, TESTS, small.certified("Old Key"))
    told = signing_keys.rotate(before, TESTS)
    after = restarted(before)
    assert (told.retired, told.new, told.text) == (before.signer.key_id, after.signer.key_id, "")
    new = records.file_of(after, TESTS, Room(after, small.exam_id).certified("New Key"))
    checked = [verification.check_file(after, TESTS, data) for data in (old, new)]
    assert [(c.key_id, c.is_current) for c in checked] == [(told.retired, True), (told.new, True)]
    assert sorted(states(after)) == sorted(
        [(told.retired, False, True, False, 1), (told.new, True, False, False, 1)]
    )
    offline = verification.check_offline(old, verification.issuer_file(after), date(2026, 3, 3))
    assert offline.is_authentic
    assert (Path(before.settings.key_directory) / "signing").stat().st_mode & 0o077 == 0


def test_a_key_in_a_setting_is_told_and_not_written(sqlite_context: Context, tmp_path: Path) -> None:
    settings = replace(sqlite_context.settings, signing_key=keys.generate(), key_directory="", home=tmp_path)
    told = signing_keys.rotate(replace(sqlite_context, settings=settings), TESTS)
    assert Ed25519Signer(keys.read(told.text)).key_id == told.new
    assert list(tmp_path.iterdir()) == []


def test_the_drill_of_a_leaked_key(context: Context, tmp_path: Path) -> None:
    before = own_files(context, tmp_path)
    small = room(before)
    valid, suspended, revoked = (small.certified(f"Person {number}") for number in range(3))
    rita = registrar(before)
    record_status.suspend(before, rita, suspended, *REASON)
    revoke(before, rita, revoked, *REASON)
    old = records.file_of(before, TESTS, valid)
    paper = records.export(before, TESTS, valid, "pdf")
    leaked = before.signer
    with pytest.raises(Refused) as error:
        signing_keys.declare_leaked(before, TESTS, leaked.key_id)
    assert error.value.code == "key_in_use"
    signing_keys.rotate(before, TESTS)
    after = restarted(before)
    counts = [signing_keys.declare_leaked(after, TESTS, leaked.key_id) for _ in range(2)]
    assert counts == [2, 0]
    told = [records.show(after, TESTS, serial) for serial in (valid, suspended, revoked)]
    assert [t.status for t in told] == [
        RecordStatus.SUPERSEDED,
        RecordStatus.SUPERSEDED,
        RecordStatus.REVOKED,
    ]
    assert (told[0].history[-1].reason_category, told[2].successor_serial) == ("key_leaked", None)
    anew = [records.show(after, TESTS, t.successor_serial or "") for t in told[:2]]
    assert [(a.status, a.key_id) for a in anew] == [
        (RecordStatus.VALID, after.signer.key_id),
        (RecordStatus.SUSPENDED, after.signer.key_id),
    ]
    told_again = dict(anew[0].payload)
    assert told_again == {
        **told[0].payload,
        "serial": anew[0].serial,
        "supersedes": valid,
    }
    # The old file is what we issued, and says where to look now; a forgery with the leaked key is nothing.
    assert verification.check_file(after, TESTS, old).status is RecordStatus.SUPERSEDED
    payload = signing.canonical({**told[0].payload, "learner": {"name": "Mallory"}})
    forged = record_files.write(payload, leaked.key_id, leaked.sign(payload))
    assert verification.check_file(after, TESTS, forged).finding is Finding.NO_SUCH_RECORD
    offline = verification.check_offline(old, verification.issuer_file(after), date(2026, 3, 3))
    assert offline.finding is Finding.UNKNOWN_ISSUER
    assert record_uploads.check(after, TESTS, paper).status is RecordStatus.SUPERSEDED
    offline = record_uploads.check_offline(paper, verification.issuer_file(after), date(2026, 3, 3))
    assert offline.finding is Finding.UNKNOWN_ISSUER
    with pytest.raises(NotFound):
        signing_keys.declare_leaked(after, TESTS, "did:key:zNobody")

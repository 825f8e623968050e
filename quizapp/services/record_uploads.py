"""Whatever somebody hands in to have it checked: told apart by its first bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Actor
from quizapp.services import record_pdfs, verification
from quizapp.services.unit_of_work import Context
from quizapp.services.verification import Verification

#: Longer files are not looked at; a record of 200 long tasks takes 700 kB.
LONGEST_FILE = 4 * 1024 * 1024


def check(context: Context, actor: Actor, data: bytes, door: str = "verify:file") -> Verification:
    """Check a record file, JSON or PDF, against this installation.

    Raises `Invalid` ("unreadable_record", "record_too_long").
    """
    _check_length(data)
    if record_pdfs.is_pdf(data):
        return record_pdfs.check_file(context, actor, data, door)
    return verification.check_file(context, actor, data, door)


def check_offline(data: bytes, issuer: bytes, day: date, lists: Sequence[bytes] = ()) -> Verification:
    """Check a record file, JSON or PDF, against an issuer file alone; status ``lists`` are of credentials.

    Raises `Invalid` ("unreadable_record", "unreadable_issuer", "unreadable_list", "record_too_long").
    """
    _check_length(data)
    if record_pdfs.is_pdf(data):
        return record_pdfs.check_offline(data, issuer, day)
    return verification.check_offline(data, issuer, day, lists)


def _check_length(data: bytes) -> None:
    if len(data) > LONGEST_FILE:
        raise Invalid("record_too_long")

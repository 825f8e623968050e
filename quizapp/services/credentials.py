"""Records as credentials: Open Badges and transcripts, the status lists they point to, their issuer.

A credential is made when it is asked for. Nothing of it is stored but its place in the status
lists, because everything else follows from the record; with the same key it is the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from quizapp.domain.errors import Refused
from quizapp.domain.record import RecordStatus
from quizapp.integrations.credentials import (
    achievements,
    documents,
    identities,
    proofs,
    status_lists,
    transcripts,
)
from quizapp.integrations.credentials.achievements import Issue
from quizapp.services.record_facts import day_of, today
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import records as store
from quizapp.store import status_lists as list_store
from quizapp.store.records import RowRecord

#: Which statuses set the bit. A superseded record is out of force as finally as a revoked one.
BITS: Mapping[str, frozenset[RecordStatus]] = {
    "revocation": frozenset({RecordStatus.REVOKED, RecordStatus.SUPERSEDED}),
    "suspension": frozenset({RecordStatus.SUSPENDED}),
}
#: In a list less than half full so many draws hardly ever all miss; then the next list begins.
DRAWS = 16
POSITION_BYTES = 3


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a credential is made of, read in a transaction and signed after it."""

    payload: str
    issue: Issue
    signed_on: date


def open_badge(uow: UnitOfWork, row: RowRecord) -> Callable[[], bytes]:
    """Reads what the credential of a record needs; what is given back signs it and gives its file."""
    draft, context = _draft(uow, row), uow.context
    return lambda: documents.write(_signed_draft(context, draft))


def transcript(uow: UnitOfWork, row: RowRecord) -> Callable[[], bytes]:
    """The same for the transcript of the record's learner: every record that was not withdrawn.

    Raises `Refused` ("nothing_in_force") when there is none.
    """
    rows, context = store.valid_of(uow.session, row.person_id), uow.context
    if not rows:
        raise Refused("nothing_in_force")
    if not uow.actor.is_person(row.person_id):
        others = [other.id for other in rows if other.id != row.id]
        store.disclose(uow.session, others, uow.actor.person_id, "clr", uow.now)
    drafts = [_draft(uow, other) for other in rows]
    issuer = {
        "did": issuer_did(context),
        "name": context.settings.issuer_name,
        "installation": row.issuer_id,
    }

    def write() -> bytes:
        day = today(context)
        parts = [_signed_draft(context, draft) for draft in drafts]
        whole = transcripts.write(parts, issuer, _dated(context, day))
        return documents.write(_signed(context, whole, day))

    return write


def issuer_did(context: Context) -> str:
    """Who issues here: a did:web under an https address, else the did:key of the signing key."""
    return identities.issuer_did(context.settings.public_url, context.signer.key_id)


def _draft(uow: UnitOfWork, row: RowRecord) -> _Draft:
    issued_on = day_of(uow.context, row.issued_at)
    number, position = place(uow, row)
    issue = Issue(issuer_did(uow.context), _offset(uow.context, issued_on), number, position)
    return _Draft(row.payload, issue, max(issued_on, _key_since(uow)))


def _key_since(uow: UnitOfWork) -> date:
    """Since when we sign with this key; a proof never claims to be older than its key."""
    key_id = uow.context.signer.key_id
    key = store.signing_key(uow.session, key_id)
    if key is not None:
        return day_of(uow.context, key.created_at)
    store.remember_key(uow.session, key_id, uow.context.signer.public_key, uow.now)
    uow.audit("remember", "signing_key", key_id)
    return day_of(uow.context, uow.now)


def place(uow: UnitOfWork, row: RowRecord) -> tuple[int, int]:
    """The record's place in the status lists, drawn at random so that neighbours tell nothing."""
    number = list_store.newest(uow.session)
    while True:
        for _ in range(DRAWS):
            if found := list_store.place_of(uow.session, row.id):
                return found
            position = int.from_bytes(uow.context.entropy.token(POSITION_BYTES)) % status_lists.BITS
            if list_store.take(uow.session, row.id, number, position):
                uow.audit("place", "record", row.id, status_list=number)
                return number, position
        number += 1


def _signed_draft(context: Context, draft: _Draft) -> dict[str, Any]:
    payload = documents.parse(draft.payload.encode())
    return _signed(context, achievements.write(payload, draft.issue), draft.signed_on)


def _signed(context: Context, document: Mapping[str, Any], day: date) -> dict[str, Any]:
    method = identities.method_of(issuer_did(context), context.signer.key_id)
    created = f"{day.isoformat()}{achievements.FIRST_MOMENT}Z"
    return proofs.add(document, method, created, context.signer.sign)


def _offset(context: Context, day: date) -> str:
    """The offset of the installation's zone at the start of ``day``: "Z", or "+09:00"."""
    start = datetime.combine(day, time.min, ZoneInfo(context.settings.zone))
    text = start.isoformat(timespec="minutes")[len("2026-03-02T00:00") :]
    return "Z" if text == "+00:00" else text[: len("+09:00")]


def _dated(context: Context, day: date) -> str:
    return day.isoformat() + _offset(context, day)


# --- what anybody may fetch -------------------------------------------------------------


def status_list(context: Context, purpose: str, number: int) -> bytes | None:
    """A status list as things stand now, or None when there is no such list."""
    if purpose not in BITS:
        return None
    with context.reading() as session:
        if not 1 <= number <= list_store.newest(session):
            return None
        positions = list_store.positions(session, number, BITS[purpose])
    day, did = today(context), issuer_did(context)
    address = identities.status_list(did, purpose, number)
    document = status_lists.write(address, purpose, did, _dated(context, day), positions)
    return documents.write(_signed(context, document, day))


def did_document(context: Context) -> bytes | None:
    """The document behind our did:web with every key we ever signed with; None for a did:key."""
    did = issuer_did(context)
    if did == context.signer.key_id:
        return None
    with context.reading() as session:
        keys = dict(store.key_ring(session))
    keys[context.signer.key_id] = context.signer.public_key
    return documents.write(identities.did_document(did, keys))

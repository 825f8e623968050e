"""What the proof of a record file, a credential or a transcript shows, and what a status list says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from quizapp.domain.record import RecordStatus
from quizapp.integrations import record_files, signing
from quizapp.integrations.credentials import (
    achievements,
    documents,
    identities,
    proofs,
    status_lists,
    transcripts,
)
from quizapp.integrations.credentials.achievements import Issue, Unreadable
from quizapp.integrations.record_files import Envelope

#: A credential of a record of every task of a large framework is far smaller.
LARGEST_CREDENTIAL = 512 * 1024


class Finding(StrEnum):
    """What came of looking at a record's proof; everything but AUTHENTIC means: do not rely on it."""

    AUTHENTIC = "authentic"
    NOT_CANONICAL = "not_canonical"
    WRONG_DIGEST = "wrong_digest"
    UNKNOWN_ISSUER = "unknown_issuer"
    BAD_SIGNATURE = "bad_signature"
    NO_SUCH_RECORD = "no_such_record"
    NOT_SIGNED = "not_signed"
    NOT_WHOLE = "not_whole"
    NO_ATTACHMENT = "no_attachment"
    NOT_AS_ISSUED = "not_as_issued"


@dataclass(frozen=True, slots=True)
class Proven:
    """One record as a file tells it, and what its proof shows.

    ``parts`` are the credentials of a transcript, which itself has no payload.
    """

    finding: Finding
    key_id: str
    payload: Mapping[str, Any]
    issue: Issue | None = None
    parts: tuple[Proven, ...] = ()

    @property
    def serial(self) -> str:
        """The serial it claims, or nothing."""
        value = self.payload.get("serial")
        return value if isinstance(value, str) else ""


def check(data: bytes, keys: Mapping[str, bytes]) -> Proven:
    """What a file shows by itself to somebody who trusts these keys; one it brings is never trusted.

    Raises `Unreadable` of either kind for what is no file of ours at all.
    """
    try:
        document = documents.parse(data)
    except Unreadable:
        document = {}
    if not documents.is_credential(document):
        return _of_envelope(record_files.read(data), keys)
    if documents.is_of_type(document, transcripts.TYPE):
        return _of_transcript(document, keys)
    return _of_credential(document, keys)


def _of_envelope(envelope: Envelope, keys: Mapping[str, bytes]) -> Proven:
    return Proven(check_envelope(envelope, keys), envelope.key_id, envelope.payload)


def check_envelope(envelope: Envelope, keys: Mapping[str, bytes]) -> Finding:
    """What the proof of a record file shows."""
    if not envelope.is_canonical:
        return Finding.NOT_CANONICAL
    if not envelope.digest_matches:
        return Finding.WRONG_DIGEST
    key = keys.get(envelope.key_id)
    if key is None:
        return Finding.UNKNOWN_ISSUER
    is_signed = envelope.signature is not None and signing.verifies(key, envelope.signature, envelope.signed)
    return Finding.AUTHENTIC if is_signed else Finding.BAD_SIGNATURE


def _of_credential(document: Mapping[str, Any], keys: Mapping[str, bytes]) -> Proven:
    if len(documents.write(document)) > LARGEST_CREDENTIAL:
        raise Unreadable("larger than any credential of a record")
    try:
        payload, issue = achievements.read(document)
    except Unreadable:
        # Whether it is one of ours that was changed, or of somebody else, its key decides.
        return Proven(_unless_strange(document, keys, Finding.NOT_CANONICAL), _key_id(document), {})
    # Only now: canonical RDF of a document in no known shape can take for ever.
    return Proven(_signed(document, keys), _key_id(document), payload, issue)


def _of_transcript(document: Mapping[str, Any], keys: Mapping[str, bytes]) -> Proven:
    try:
        parts = tuple(_of_credential(part, keys) for part in transcripts.read(document))
    except Unreadable:
        return Proven(_unless_strange(document, keys, Finding.NOT_CANONICAL), _key_id(document), {})
    wrong = next((part.finding for part in parts if part.finding is not Finding.AUTHENTIC), None)
    return Proven(wrong or _signed(document, keys), _key_id(document), {}, parts=parts)


def _key_id(document: Mapping[str, Any]) -> str:
    proof = proofs.only(document)
    return identities.key_of(proof["verificationMethod"]) if proof else ""


def _unless_strange(document: Mapping[str, Any], keys: Mapping[str, bytes], finding: Finding) -> Finding:
    return finding if _key_id(document) in keys else Finding.UNKNOWN_ISSUER


def _signed(document: Mapping[str, Any], keys: Mapping[str, bytes]) -> Finding:
    proof, key = proofs.only(document), keys.get(_key_id(document))
    if proof is None or key is None:
        return Finding.UNKNOWN_ISSUER if proof else Finding.NOT_CANONICAL
    issuer = document["issuer"]
    did = issuer if isinstance(issuer, str) else issuer["id"]
    if proof["verificationMethod"] != identities.method_of(
        did, identities.key_of(proof["verificationMethod"])
    ):
        return Finding.BAD_SIGNATURE
    holds = proofs.holds(document, lambda signature, told: signing.verifies(key, signature, told))
    return Finding.AUTHENTIC if holds else Finding.BAD_SIGNATURE


# --- whom to trust, and what was decided since ------------------------------------------


def trusted_keys(data: bytes) -> dict[str, bytes]:
    """Public keys by key id from an issuer file or a DID document; raises `Unreadable` of either kind."""
    try:
        document = documents.parse(data)
        methods = document["verificationMethod"]
        allowed = set(document["assertionMethod"])
        told = [identities.key_of(entry["id"]) for entry in methods if entry["id"] in allowed]
    except (Unreadable, LookupError, TypeError, AttributeError):
        return record_files.read_issuer(data)
    keys = {key_id: signing.public_key_of(key_id) for key_id in told}
    known = {key_id: key for key_id, key in keys.items() if key is not None}
    if not known:
        raise Unreadable("the DID document names no Ed25519 key for assertions")
    return known


@dataclass(frozen=True, slots=True)
class StatusList:
    """A status list that a trusted key signed; ``as_of`` is the start of the day it speaks of."""

    address: str
    issuer: str
    purpose: str
    encoded: str
    as_of: datetime


def read_list(data: bytes, keys: Mapping[str, bytes]) -> StatusList:
    """A status list; raises `Unreadable` unless one of these keys signed exactly this one."""
    document = documents.parse(data)
    address, purpose, issuer, encoded, as_of = status_lists.read(document)
    status_lists.is_set(encoded, 0)
    if _signed(document, keys) is not Finding.AUTHENTIC:
        raise Unreadable("the status list is not signed by this issuer")
    return StatusList(address, issuer, purpose, encoded, as_of)


def listed_status(issue: Issue, lists: Sequence[StatusList]) -> tuple[RecordStatus, datetime | None]:
    """What these lists say of a credential, and of which day that is; None when one is missing."""
    found = [_list_of(issue, purpose, lists) for purpose in achievements.PURPOSES]
    is_set = [told is not None and status_lists.is_set(told.encoded, issue.position) for told in found]
    as_of = None if None in found else min(told.as_of for told in found if told)
    if is_set[0]:
        return RecordStatus.REVOKED, as_of
    return (RecordStatus.SUSPENDED if is_set[1] else RecordStatus.VALID), as_of


def _list_of(issue: Issue, purpose: str, lists: Sequence[StatusList]) -> StatusList | None:
    address = identities.status_list(issue.issuer, purpose, issue.status_list)
    told = [entry for entry in lists if (entry.address, entry.purpose) == (address, purpose)]
    mine = [entry for entry in told if entry.issuer == issue.issuer]
    return max(mine, key=lambda entry: entry.as_of) if mine else None

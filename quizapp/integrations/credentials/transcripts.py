"""A learner's whole transcript as a CLR 2.0 credential, with the single credentials inside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from quizapp.integrations.credentials import identities
from quizapp.integrations.credentials.achievements import FIRST_MOMENT, Unreadable, identity, profile
from quizapp.integrations.credentials.linked_data import CLR_CONTEXT, OB_CONTEXT, VC_CONTEXT

TYPE = "ClrCredential"
#: More credentials than anybody earns; a file with more is not looked into.
MOST_CREDENTIALS = 100


def write(parts: Sequence[Mapping[str, Any]], issuer: Mapping[str, str], day: str) -> dict[str, Any]:
    """The transcript of signed credentials of one learner, without its own proof.

    ``issuer`` gives its did, name and installation; ``day`` its date with the offset ("2026-03-02Z").
    The name is that of the last credential.
    """
    date, offset = day[:10], day[10:]
    digest = hashlib.sha256(rfc8785.dumps([dict(part) for part in parts])).hexdigest()
    return {
        "@context": [VC_CONTEXT, CLR_CONTEXT, OB_CONTEXT],
        "id": identities.name_of("", "", "transcript", issuer["did"], day, digest),
        "type": ["VerifiableCredential", TYPE],
        "name": "Transcript",
        "issuer": profile(issuer["did"], issuer["name"], issuer["installation"]),
        "validFrom": date + FIRST_MOMENT + offset,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "identifier": [identity(_learner(parts[-1]))],
            "verifiableCredential": [dict(part) for part in parts],
        },
    }


def _learner(part: Mapping[str, Any]) -> str:
    name: str = part["credentialSubject"]["identifier"][0]["identityHash"]
    return name


def read(document: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """The credentials inside a transcript; raises `Unreadable` for what `write` would not have written."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        parts: list[dict[str, Any]] = bare["credentialSubject"]["verifiableCredential"]
        if not 0 < len(parts) <= MOST_CREDENTIALS:
            raise Unreadable(f"a transcript holds 1 to {MOST_CREDENTIALS} credentials")
        if len({part["id"] for part in parts}) != len(parts):
            # Not only untidy: copies are what makes canonical RDF take for ever.
            raise Unreadable("a credential stands in the transcript twice")
        issuer = {
            "did": bare["issuer"]["id"],
            "name": bare["issuer"]["name"],
            "installation": bare["issuer"]["otherIdentifier"][0]["identifier"],
        }
        day, _, offset = bare["validFrom"].partition(FIRST_MOMENT)
        is_ours = rfc8785.dumps(write(parts, issuer, day + offset)) == rfc8785.dumps(bare)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable("not a transcript of records") from error
    if not is_ours:
        raise Unreadable("a transcript, with something changed, added or left out")
    return parts

"""A verifier by other people, in another language, agrees about our credentials. Run by `make peers`."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from quizapp.integrations.credentials import linked_data
from quizapp.services import credentials, record_status, records
from quizapp.services.unit_of_work import Context
from tests.support.credentials import ADDRESS, published
from tests.support.people import TESTS
from tests.support.records import changed, registrar, revoke, room

TOOL = Path(__file__).with_name("verifier")
REASON = ("irregularity", "Told by the proctor")
#: Ten minutes into the day after the last: the other verifier forgives clocks five minutes.
IN_FORCE, EXPIRED = "2026-06-01T00:00:00Z", "2029-03-02T00:10:00Z"
CLEAR = {"revocation": False, "suspension": False}


@dataclass(frozen=True, slots=True)
class Peer:
    """Files in a folder, and what the other verifier says of them."""

    context: Context
    folder: Path

    def says(self, data: bytes, now: str = IN_FORCE, lists: dict[str, bytes] | None = None) -> dict[str, Any]:
        """Whether it accepts a credential, given our lists as they stand now."""
        kept = lists or {purpose: self.status_list(purpose) for purpose in credentials.BITS}
        did = credentials.did_document(self.context)
        request = {
            "credential": self._keep("credential", data),
            "did": self._keep("did", did) if did else None,
            "lists": [self._keep(purpose, told) for purpose, told in kept.items()],
            "contexts": {url: str(linked_data.FOLDER / name) for url, name in linked_data.FILES.items()},
            "now": now,
        }
        asked = self._keep("request", json.dumps(request).encode())
        done = subprocess.run(
            ["node", TOOL / "verify.mjs", asked], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["verified"] == (done.returncode == 0)
        return told

    def status_list(self, purpose: str) -> bytes:
        """The first list of this purpose."""
        told = credentials.status_list(self.context, purpose, 1)
        assert told is not None
        return told

    def _keep(self, name: str, data: bytes) -> str:
        path = self.folder / f"{name}.json"
        path.write_bytes(data)
        return str(path)


@pytest.fixture(params=["", ADDRESS], ids=["did:key", "did:web"])
def peer(request: pytest.FixtureRequest, sqlite_context: Context, tmp_path: Path) -> Peer:
    return Peer(published(sqlite_context, request.param), tmp_path)


@pytest.mark.parametrize("form", ["openbadge", "clr"])
def test_it_agrees_about_every_state(peer: Peer, form: str) -> None:
    serial, rita = room(peer.context).certified(), registrar(peer.context)
    data = records.export(peer.context, TESTS, serial, form)
    assert peer.says(data) == {"verified": True, "status": CLEAR, "error": None}
    assert peer.says(data, now=EXPIRED)["verified"] is False
    record_status.suspend(peer.context, rita, serial, *REASON)
    assert peer.says(data) == {"verified": False, "status": {**CLEAR, "suspension": True}, "error": None}
    record_status.reinstate(peer.context, rita, serial, *REASON)
    assert peer.says(data)["verified"] is True
    revoke(peer.context, rita, serial, *REASON)
    assert peer.says(data) == {"verified": False, "status": {**CLEAR, "revocation": True}, "error": None}


SPOTS = {
    "openbadge": [
        ("credentialSubject", "identifier", 0, "identityHash"),
        ("credentialSubject", "result", 0, "value"),
        ("credentialStatus", 0, "statusListIndex"),
        ("validUntil",),
    ],
    "clr": [
        ("name",),
        ("credentialSubject", "identifier", 0, "identityHash"),
        ("credentialSubject", "verifiableCredential", 0, "credentialSubject", "result", 0, "value"),
    ],
}


@pytest.mark.parametrize("form", SPOTS)
def test_it_rejects_what_was_changed(peer: Peer, form: str) -> None:
    serial = room(peer.context).certified()
    document = json.loads(records.export(peer.context, TESTS, serial, form))
    told = [peer.says(json.dumps(changed(document, spot)).encode())["verified"] for spot in SPOTS[form]]
    assert told == [False] * len(told)


def test_it_rejects_a_list_that_was_changed_or_is_missing(peer: Peer) -> None:
    serial = room(peer.context).certified()
    data = records.export(peer.context, TESTS, serial, "openbadge")
    lists = {purpose: peer.status_list(purpose) for purpose in credentials.BITS}
    revoke(peer.context, registrar(peer.context), serial, *REASON)
    revoked = json.loads(peer.status_list("revocation"))
    revoked["credentialSubject"]["encodedList"] = json.loads(lists["revocation"])["credentialSubject"][
        "encodedList"
    ]
    for kept in ({**lists, "revocation": json.dumps(revoked).encode()}, {"suspension": lists["suspension"]}):
        assert peer.says(data, lists=kept)["verified"] is False

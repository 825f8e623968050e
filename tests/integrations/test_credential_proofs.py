"""Proofs of credentials: the published vector, and nothing that a signature would pass over."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp import multibase
from quizapp.integrations import signing
from quizapp.integrations.credentials import linked_data, proofs
from quizapp.integrations.credentials.linked_data import Unsignable, canonical
from quizapp.integrations.signing import Ed25519Signer

VECTOR: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "open-badge.json").read_bytes())
SIGNER = Ed25519Signer(bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4"))
BARE = {name: value for name, value in VECTOR.items() if name != "proof"}
NOTICE = linked_data.FOLDER / "NOTICE.md"


def test_the_published_vector_is_reproduced() -> None:
    proof = VECTOR["proof"]
    assert SIGNER.key_id == "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    document_hash = "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773"
    proof_hash = "d34009cea0dbc1ca941e09dc01c8c9d3e3ce3c5b853f67ee44698dcea10f5d19"
    options = {name: proof[name] for name in proofs.MEMBERS}
    assert proofs.signed_bytes(BARE, options).hex() == proof_hash + document_hash
    signed = proofs.add(BARE, proof["verificationMethod"], proof["created"], SIGNER.sign)
    assert signed == {**VECTOR, "proof": [proof]}
    assert proofs.holds(signed, lambda s, data: signing.verifies(SIGNER.public_key, s, data))


DROPPED = {
    "an unknown term": {"favourite": "blue"},
    "an unknown term inside": {"credentialSubject": {**BARE["credentialSubject"], "favourite": "blue"}},
    "null": {"description": None},
    "an empty list": {"evidence": []},
    "an empty object": {"evidence": {}},
    "an unknown type": {"type": ["VerifiableCredential", "Diploma"]},
    "a relative address": {"id": "credentials/3527"},
    "a context from elsewhere": {"@context": [*BARE["@context"], "https://example.com/more.json"]},
}


@pytest.mark.parametrize("name", DROPPED)
def test_what_a_signature_would_not_cover_is_not_signed(name: str) -> None:
    with pytest.raises(Unsignable):
        canonical({**BARE, **DROPPED[name]})


def test_every_context_is_the_file_that_its_notice_names() -> None:
    rows = re.findall(r"^\| (\S+) \| (http\S+) \| ([0-9a-f]{64}) \|", NOTICE.read_text(), re.MULTILINE)
    assert {url: name for name, url, _ in rows} == linked_data.FILES
    for name, _, digest in rows:
        assert hashlib.sha256((linked_data.FOLDER / name).read_bytes()).hexdigest() == digest


@settings(deadline=None)
@given(st.binary(max_size=70))
def test_base58_there_and_back(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data


def test_base58_has_no_look_alikes() -> None:
    assert [multibase.decode(text) for text in ("0", "O", "I", "l", "+", "")] == [None] * 5 + [b""]

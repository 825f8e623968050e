"""The parts of a credential that have a form of their own: narratives, addresses, status lists."""

from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.integrations.credentials import achievements, identities, narratives, status_lists
from quizapp.integrations.credentials.achievements import Unreadable
from quizapp.integrations.credentials.narratives import Line

LINES = (Line("Name", "learner.name"), Line("Basis", "rule.basis"), Line("Items", "n", int))
ANY_TEXT = st.text(alphabet=st.sampled_from("ab: \n\\Name"), max_size=12)
DID = "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"


@settings(deadline=None)
@given(ANY_TEXT, st.none() | ANY_TEXT, st.integers(0, 99))
def test_narratives_read_back_as_what_was_written(name: str, basis: str | None, n: int) -> None:
    payload = {"learner": {"name": name}, "rule": {"basis": basis}, "n": n}
    told = narratives.read(LINES, narratives.write(LINES, payload))
    assert told == {"learner.name": name, "rule.basis": basis, "n": n}


ADDRESSES = {
    "https://exams.example.org": "did:web:exams.example.org",
    "https://exams.example.org/": "did:web:exams.example.org",
    "https://example.org:8443/a b/c": "did:web:example.org%3A8443:a%20b:c",
    "http://exams.example.org": DID,
    "": DID,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_issuer_is_its_https_address_or_its_key(address: str) -> None:
    did = identities.issuer_did(address, DID)
    assert did == ADDRESSES[address]
    is_web = address.startswith("https")
    assert identities.base_of(did) == (address.rstrip("/") if is_web else "")
    assert identities.key_of(identities.method_of(did, DID)) == DID


@settings(deadline=None)
@given(st.sets(st.integers(0, status_lists.BITS - 1), max_size=20))
def test_the_bits_of_a_list(positions: set[int]) -> None:
    told = status_lists.encode(positions)
    near = {place for position in positions for place in (position - 1, position, position + 1)}
    found = {place for place in near if 0 <= place < status_lists.BITS and status_lists.is_set(told, place)}
    assert found == positions


def test_a_list_starts_with_the_most_significant_bit() -> None:
    packed = base64.urlsafe_b64decode(status_lists.encode([0, 10])[1:] + "==")
    assert gzip.decompress(packed) == bytes([0b1000_0000, 0b0010_0000]) + bytes(status_lists.LARGEST - 2)


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).decode().rstrip("=")


NO_LISTS = {
    "nothing": "",
    "another prefix": "z" + status_lists.encode([])[1:],
    "not gzip": "uAAAA",
    "not base64url": "u!!!!",
    "too short": packed(bytes(status_lists.LARGEST - 1)),
    "a bomb": packed(bytes(64 * status_lists.LARGEST)),
}


@pytest.mark.parametrize("name", NO_LISTS)
def test_what_is_no_list(name: str) -> None:
    with pytest.raises(Unreadable):
        status_lists.is_set(NO_LISTS[name], 0)


def test_a_place_outside_the_list() -> None:
    for position in (-1, status_lists.BITS):
        with pytest.raises(Unreadable):
            status_lists.is_set(status_lists.encode([]), position)


NO_CREDENTIALS = ({}, {"credentialSubject": []}, {"credentialSubject": {"licenseNumber": 1}}, {"issuer": {}})


def test_what_is_no_credential() -> None:
    for document in NO_CREDENTIALS:
        with pytest.raises(Unreadable):
            achievements.read(document)

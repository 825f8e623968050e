"""Credentials as files: strict JSON in, canonical JSON out, and a look at what kind they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785

from quizapp.integrations.credentials.achievements import Unreadable


def write(document: Mapping[str, Any]) -> bytes:
    """The bytes of a document, the same for the same content."""
    return rfc8785.dumps(dict(document))


def parse(data: bytes) -> dict[str, Any]:
    """A JSON object in any layout; raises `Unreadable`, also when a member stands there
    twice, or a value is one that canonical JSON cannot express.
    """
    try:
        told = json.loads(data, object_pairs_hook=_once)
        rfc8785.dumps(told)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not a JSON document") from error
    if not isinstance(told, dict):
        raise Unreadable("not a JSON object")
    return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a member stands there twice")
    return told


def is_credential(document: Mapping[str, Any]) -> bool:
    """Whether this claims to be a verifiable credential of some kind."""
    return "@context" in document and "credentialSubject" in document


def is_of_type(document: Mapping[str, Any], name: str) -> bool:
    """Whether a credential names this type."""
    types = document.get("type")
    return isinstance(types, list) and name in types

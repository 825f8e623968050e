"""JSON-LD to canonical RDF: contexts from our own files only, and no term that is silently dropped."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR_CONTEXT = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
FOLDER = Path(__file__).with_name("contexts")
FILES: Mapping[str, str] = {
    VC_CONTEXT: "credentials-v2.json",
    OB_CONTEXT: "ob-v3p0-context-3.0.3.json",
    CLR_CONTEXT: "clr-v2p0-context-2.0.1.json",
}
#: PyLD makes relative addresses absolute whether asked to or not; under this base they show.
BASE = "http://relative.invalid/"
#: PyLD keeps what it knows of contexts for the whole process and does not lock it.
_ONE_AT_A_TIME = threading.Lock()


class Unsignable(ValueError):
    """A part of the document would not be covered by a signature; the message says which kind."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads (RDFC-1.0, formerly URDNA2015) of a JSON-LD document.

    Raises `Unsignable` for a context that is not ours, a term no context defines, a relative
    address, and null or empty values: all of these would vanish without a word.
    """
    # Takes a quarter of a second to import, and most processes sign nothing.
    from pyld import jsonld

    with _ONE_AT_A_TIME:
        try:
            expanded = jsonld.expand(document, OPTIONS)
            _need_everything(document, expanded)
            told: str = jsonld.normalize(expanded, OPTIONS)
        except jsonld.JsonLdError as error:
            raise Unsignable(f"not JSON-LD of our contexts: {error.__cause__ or error.type}") from error
    return told.encode()


def _load(url: str, _options: Any = None) -> dict[str, Any]:
    if url not in FILES:
        raise Unsignable(f"context {url[:200]} is not one of ours, and none is loaded from elsewhere")
    # "static" lets PyLD keep what it made of the context.
    return {"contextUrl": None, "documentUrl": url, "document": _context(url), "tag": "static"}


OPTIONS = {
    "algorithm": "URDNA2015",
    "format": "application/n-quads",
    "base": BASE,
    "documentLoader": _load,
}


@cache
def _context(url: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / FILES[url]).read_bytes())
    return told


def _need_everything(document: Any, expanded: Any) -> None:
    wanted, kept = _values(document), _kept(expanded)
    if wanted != kept:
        raise Unsignable(f"{wanted - kept} of {wanted} values have a term that no context defines")


def _values(value: Any) -> int:
    """How many single values a document holds; what holds nothing counts, for it would vanish."""
    if isinstance(value, Mapping):
        return sum(_values(entry) for name, entry in value.items() if name != "@context") or 1
    if isinstance(value, list):
        return sum(_values(entry) for entry in value) or 1
    return 1


def _kept(value: Any) -> int:
    """How many single values came through expansion."""
    if isinstance(value, list):
        return sum(_kept(entry) for entry in value)
    if "@value" in value:
        return 1
    return sum(_kept_of(name, entry) for name, entry in value.items())


def _kept_of(name: str, entry: Any) -> int:
    if name not in ("@id", "@type"):
        return _kept(entry)
    names = entry if isinstance(entry, list) else [entry]
    for told in names:
        if told.startswith(BASE) or ":" not in told:
            relative = told.removeprefix(BASE)[:200]
            raise Unsignable(f"{relative!r} is neither an address nor a type that a context defines")
    return len(names)

"""XML of strangers: no document type, no entity, no network, no bottomless nesting."""

from __future__ import annotations

from typing import Any

from lxml import etree

from quizapp.domain.errors import Invalid, Problem

DEEPEST = 200
MOST_BYTES = 64 * 1024 * 1024
#: ``huge_tree`` off keeps libxml2's own limits on names, texts and nesting.
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
}


def parse(data: bytes, place: str = "") -> Any:
    """The root element of a document, without comments and processing instructions.

    ``place`` names the file in problems. Raises `Invalid` ("bad_file"): not well-formed (with its
    line), a document type declaration, nested deeper than `DEEPEST`, larger than `MOST_BYTES`.
    """
    if len(data) > MOST_BYTES:
        raise _refused("xml_too_large", place, f"at most {MOST_BYTES} bytes of XML")
    _check_prologue(data, place)
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **_SAFE)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _malformed(error, place) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _with_doctype(place)
    if _depth(root) > DEEPEST:
        raise _refused("xml_too_deep", place, f"elements are nested deeper than {DEEPEST}")
    return root


class _Doctype(Exception):
    """The document declares a type."""


class _Begun(Exception):
    """The first element was met, and no declaration of a type before it."""


class _Prologue:
    """Told what stands before the first element, and leaves there.

    Entities a document type declares are expanded in attributes whatever the parser is told,
    therefore nothing behind such a declaration is looked at.
    """

    def doctype(self, *_told: object) -> None:
        raise _Doctype

    def start(self, *_told: object) -> None:
        raise _Begun

    def close(self) -> None:
        """Nothing was built."""


def _check_prologue(data: bytes, place: str) -> None:
    try:
        etree.fromstring(data, etree.XMLParser(target=_Prologue(), **_SAFE))
    except _Begun:
        return
    except _Doctype:
        raise _with_doctype(place) from None
    except etree.XMLSyntaxError as error:
        raise _malformed(error, place) from error


def _depth(root: Any) -> int:
    deepest = depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _malformed(error: Any, place: str) -> Invalid:
    line = f"line {error.lineno}" if error.lineno else ""
    where = ": ".join(part for part in (place, line) if part)
    return Invalid("bad_file", [Problem("file", "", "not_xml", str(error.msg or error), where)])


def _with_doctype(place: str) -> Invalid:
    return _refused("xml_doctype", place, "a document type declaration is not read; leave it out")


def _refused(reason: str, place: str, detail: str) -> Invalid:
    return Invalid("bad_file", [Problem("file", "", reason, detail, place)])

"""Names of QTI: one spelling inside this package, and how each version writes it.

QTI 3.0 writes `qti-choice-interaction` and `response-identifier`, QTI 2 `choiceInteraction` and
`responseIdentifier`. Here both are `choice-interaction` and `response-identifier`; elements of HTML
have the same name everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

_HTML = (
    "a abbr acronym address article aside audio b bdi bdo big blockquote br caption cite code col "
    "colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i "
    "img ins kbd li main mark nav object ol p param picture pre q rp rt ruby s samp section small "
    "source span strong sub summary sup table tbody td tfoot th thead time tr track tt u ul var "
    "video wbr"
)
#: Elements of HTML that QTI shares; every other name is QTI's own.
HTML = frozenset(_HTML.split())
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Element = Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version of QTI, as it is written.

    ``kinds`` are the types of a manifest's resources. Only version 3 has stimuli as files of their
    own, attributes with ``data-``, and a body element inside feedback.
    """

    version: str
    namespace: str
    schema: str
    manifest_namespace: str
    manifest_schema: tuple[str, str]
    standards_namespace: str
    metadata_namespace: str
    kinds: Mapping[str, str]
    is_three: bool

    def element(self, name: str) -> str:
        """The qualified name of an element."""
        return f"{{{self.namespace}}}{self._spelled(name)}"

    def attribute(self, name: str) -> str:
        """The name of an attribute."""
        return name if self.is_three or name.startswith("{") else _camel(name)

    def _spelled(self, name: str) -> str:
        if name in HTML:
            return name
        return f"qti-{name}" if self.is_three else _camel(name)


THREE = Dialect(
    version="3.0",
    namespace="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd",
    manifest_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    manifest_schema=("QTI Package", "3.0.0"),
    standards_namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1",
    metadata_namespace="http://www.imsglobal.org/xsd/imsqti_metadata_v3p0",
    kinds={
        "item": "imsqti_item_xmlv3p0",
        "test": "imsqti_test_xmlv3p0",
        "stimulus": "imsqti_stimulus_xmlv3p0",
        "picture": "webcontent",
    },
    is_three=True,
)
TWO = Dialect(
    version="2.1",
    namespace="http://www.imsglobal.org/xsd/imsqti_v2p1",
    schema="http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1p2.xsd",
    manifest_namespace="http://www.imsglobal.org/xsd/imscp_v1p1",
    manifest_schema=("QTIv2.1 Package", "1.0.0"),
    standards_namespace="http://www.imsglobal.org/xsd/imscsmd_v1p0",
    metadata_namespace="http://www.imsglobal.org/xsd/imsqti_metadata_v2p1",
    kinds={"item": "imsqti_item_xmlv2p1", "test": "imsqti_test_xmlv2p1", "picture": "webcontent"},
    is_three=False,
)
#: Namespaces of items, stimuli and tests that are read, and the versions they are of.
VERSIONS = {
    THREE.namespace: "3.0",
    "http://www.imsglobal.org/xsd/imsqti_v2p2": "2.2",
    TWO.namespace: "2.1",
    "http://www.imsglobal.org/xsd/imsqti_v2p0": "2.0",
}


class Maker:
    """Makes elements of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._names = {None: dialect.namespace}

    def __call__(self, name: str, attributes: Mapping[str, str] | None = None, *inner: Any) -> Element:
        """An element of that name; ``inner`` are elements and texts in order."""
        told = {self.dialect.attribute(key): value for key, value in (attributes or {}).items()}
        made = etree.Element(self.dialect.element(name), told, self._names)
        return filled(made, *inner)


def filled(element: Element, *inner: Any) -> Element:
    """The element with these elements and texts put at its end."""
    for part in inner:
        if not isinstance(part, str):
            element.append(part)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + part
        else:
            element.text = (element.text or "") + part
    return element


def name(element: Element) -> str:
    """What an element is called here; empty for comments and processing instructions."""
    return _plain(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(4096)
def _plain(tag: str) -> str:
    local = tag.rpartition("}")[2]
    if local in HTML:
        return local
    return _CAPITAL.sub("-", local).lower().removeprefix("qti-")


def namespace(element: Element) -> str:
    """The namespace of an element, empty when it has none."""
    return str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""


def attribute(element: Element, wanted: str, otherwise: str = "") -> str:
    """An attribute by the name it has here."""
    found = element.get(wanted)
    if found is None:
        found = element.get(_camel(wanted))
    return otherwise if found is None else str(found)


def children(element: Element, *wanted: str) -> list[Element]:
    """The elements directly inside, of these names or of any."""
    if wanted:
        return [inner for inner in element if name(inner) in wanted]
    return [inner for inner in element if name(inner)]


def child(element: Element | None, wanted: str) -> Element | None:
    """The first element of that name directly inside."""
    return None if element is None else next(iter(children(element, wanted)), None)


def every(element: Element, *wanted: str) -> Iterator[Element]:
    """The element and all inside it, in document order, of these names."""
    return (inner for inner in element.iter(etree.Element) if name(inner) in wanted)


def text_of(element: Element | None) -> str:
    """All text inside, as it stands."""
    return "" if element is None else "".join(element.itertext(etree.Element, with_tail=False))


@lru_cache(1024)
def _camel(kebab: str) -> str:
    first, *rest = kebab.split("-")
    return first + "".join(part.capitalize() for part in rest)


_LOCAL_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def to_identifier(told: str) -> str:
    """Our id as an identifier of QTI, which begins with a letter or an underscore."""
    return told if _LOCAL_ID.fullmatch(told) else f"_{told}"


def from_identifier(identifier: str) -> str:
    """What `to_identifier` was given: our own ids never begin with an underscore."""
    return identifier.removeprefix("_")

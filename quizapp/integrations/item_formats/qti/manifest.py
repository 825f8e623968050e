"""The manifest of a package: every file of it, what it is, and what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import quote, unquote

from lxml import etree

from quizapp.domain.item_bank import ItemBank
from quizapp.integrations.item_formats.qti.names import Dialect, Element, attribute, child, every

_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._-]")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


class Manifest:
    """Collects resources, and keeps each as bytes: ten thousand as elements would fill a memory."""

    def __init__(self, dialect: Dialect, bank: ItemBank) -> None:
        self._dialect = dialect
        self._bank = bank
        self._resources: list[bytes] = []

    def add(
        self,
        kind: str,
        identifier: str,
        path: str,
        metadata: Element | None = None,
        needs: Iterable[str] = (),
    ) -> None:
        """A file of the package; ``needs`` are the identifiers of others."""
        told = {"identifier": _id(identifier), "type": self._dialect.kinds[kind], "href": quote(path)}
        resource = self._element("resource", told)
        if metadata is not None:
            resource.append(metadata)
        resource.append(self._element("file", {"href": quote(path)}))
        for need in needs:
            resource.append(self._element("dependency", {"identifierref": _id(need)}))
        self._resources.append(etree.tostring(resource))

    def document(self) -> bytes:
        """The manifest as a file."""
        root = self._element("manifest", {"identifier": f"M-{self._bank.id}"})
        schema, version = self._dialect.manifest_schema
        metadata = self._element("metadata")
        for told, value in (("schema", schema), ("schemaversion", version)):
            part = self._element(told)
            part.text = value
            metadata.append(part)
        root.extend([metadata, self._element("organizations"), self._element("resources")])
        head, tail = etree.tostring(root, xml_declaration=True, encoding="UTF-8").split(b"<resources/>")
        return b"".join((head, b"<resources>\n", b"\n".join(self._resources), b"\n</resources>", tail))

    def _element(self, told: str, attributes: dict[str, str] | None = None) -> Element:
        space = self._dialect.manifest_namespace
        return etree.Element(f"{{{space}}}{told}", attributes or {}, {None: space})


def _id(told: str) -> str:
    return _NOT_IN_IDS.sub("_", told)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a manifest that was read; ``path`` is its file inside the package."""

    kind: str
    path: str
    metadata: Element | None


def resources(root: Element, folder: str) -> Iterator[Resource]:
    """The resources of a manifest that stands in ``folder`` of its package."""
    base = join(folder, root.get(_XML_BASE, ""))
    for one in every(root, "resource"):
        parent = one.getparent()
        within = join(base, "" if parent is None else parent.get(_XML_BASE, ""), one.get(_XML_BASE, ""))
        file = child(one, "file")
        href = attribute(one, "href") or ("" if file is None else attribute(file, "href"))
        yield Resource(attribute(one, "type"), resolved(within, href), child(one, "metadata"))


def resolved(folder: str, href: str) -> str:
    """A path inside the package; what leads outside is no file's name."""
    return normpath(join(folder, unquote(href))).lstrip("/") if href else ""


def folder_of(path: str) -> str:
    """The folder a file stands in."""
    return dirname(path)

"""A framework as 1EdTech CASE 1.0: a document, its items and how they hang together.

Identifiers are UUIDv5 of names that never change, so importing a version again finds the same
items. CASE wants an instant of the last change: a version never changes after it was loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from quizapp.domain.framework import CASE_NAMESPACE, CASE_TASK, Competency, Framework, case_identifier

LANGUAGE = "en"
COMPETENCY, TASK = "Competency", CASE_TASK


def document_id(framework: Framework) -> UUID:
    """The identifier of a framework version."""
    return uuid5(CASE_NAMESPACE, f"{framework.id}/{framework.version}")


def item_id(framework: Framework, kind: str, code: str) -> UUID:
    """The identifier of a competency or task statement of a framework version."""
    return case_identifier(framework.id, framework.version, kind, code)


@dataclass(frozen=True, slots=True)
class Package:
    """Writes one framework version; ``base`` is the address of the CASE service, without a slash."""

    framework: Framework
    loaded_at: datetime
    base: str
    publisher: str

    def write(self) -> dict[str, Any]:
        """The CFPackage."""
        return {
            "CFDocument": self.document(),
            "CFItems": list(self.items()),
            "CFAssociations": list(self._associations()),
        }

    def document(self) -> dict[str, Any]:
        """The CFDocument."""
        identifier = document_id(self.framework)
        return {
            "identifier": str(identifier),
            "uri": f"{self.base}/CFDocuments/{identifier}",
            "creator": self.publisher,
            "publisher": self.publisher,
            "title": self.framework.function,
            "lastChangeDateTime": self._at,
            "version": self.framework.version,
            "language": LANGUAGE,
            "adoptionStatus": "Adopted",
            "CFPackageURI": self._link(
                f"{self.base}/CFPackages/{identifier}", self.framework.function, identifier
            ),
        }

    def items(self) -> Iterator[dict[str, Any]]:
        """A CFItem for each competency and each of its task statements, in source order."""
        for competency in self.framework.competencies:
            yield self._item(COMPETENCY, competency.code, _statement(competency))
            for task in competency.tasks:
                yield self._item(TASK, task.code, task.text)

    def _item(self, kind: str, code: str, statement: str) -> dict[str, Any]:
        identifier = item_id(self.framework, kind, code)
        document = document_id(self.framework)
        return {
            "identifier": str(identifier),
            "uri": f"{self.base}/CFItems/{identifier}",
            "CFDocumentURI": self._link(
                f"{self.base}/CFDocuments/{document}", self.framework.function, document
            ),
            "fullStatement": statement,
            "humanCodingScheme": code,
            "CFItemType": kind,
            "language": LANGUAGE,
            "lastChangeDateTime": self._at,
        }

    def _associations(self) -> Iterator[dict[str, Any]]:
        """Tasks are children of their competency, competencies of the document, in source order."""
        document = self._link(
            f"{self.base}/CFDocuments/{document_id(self.framework)}",
            self.framework.function,
            document_id(self.framework),
        )
        for place, competency in enumerate(self.framework.competencies, start=1):
            parent = self._item_link(COMPETENCY, competency.code, _statement(competency))
            yield self._child(parent, document, place)
            for number, task in enumerate(competency.tasks, start=1):
                yield self._child(self._item_link(TASK, task.code, task.text), parent, number)

    def _child(self, child: dict[str, str], parent: dict[str, str], place: int) -> dict[str, Any]:
        identifier = uuid5(CASE_NAMESPACE, f"{child['identifier']}/isChildOf/{parent['identifier']}")
        return {
            "identifier": str(identifier),
            "uri": f"{self.base}/CFAssociations/{identifier}",
            "associationType": "isChildOf",
            "sequenceNumber": place,
            "originNodeURI": child,
            "destinationNodeURI": parent,
            "lastChangeDateTime": self._at,
        }

    def _item_link(self, kind: str, code: str, title: str) -> dict[str, str]:
        identifier = item_id(self.framework, kind, code)
        return self._link(f"{self.base}/CFItems/{identifier}", title, identifier)

    @staticmethod
    def _link(uri: str, title: str, identifier: UUID) -> dict[str, str]:
        return {"title": title, "identifier": str(identifier), "uri": uri}

    @property
    def _at(self) -> str:
        return self.loaded_at.isoformat(timespec="seconds")


def _statement(competency: Competency) -> str:
    """What CASE calls the full statement; a source without titles has only codes."""
    return competency.title or competency.description or f"Competency {competency.code}"

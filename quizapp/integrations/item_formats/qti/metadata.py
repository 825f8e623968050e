"""What a manifest says of an item: task statements as curriculum standards, our own fields in LOM."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.framework import CASE_TASK, case_identifier
from quizapp.domain.item import ItemVersion, to_source
from quizapp.domain.item_bank import ItemBank
from quizapp.domain.item_types import item_type
from quizapp.integrations.item_formats.qti.keeping import Kept
from quizapp.integrations.item_formats.qti.names import Dialect, Element, child, every, name, text_of

LOM = "http://ltsc.ieee.org/xsd/LOM"
#: Marks what is ours among the metadata of a resource.
CATALOG = "quizapp"
#: Fields of the author's form that QTI has no place for.
FIELDS = ("id", "tasks", "pool", "level", "difficulty", "enemies", "sources", "author", "reviewer", "status")


@dataclass(frozen=True, slots=True)
class Told:
    """What a manifest tells of one resource: labels of standards, and our own fields if it is ours."""

    labels: tuple[str, ...] = ()
    fields: Mapping[str, Any] | None = None
    kept: object = ()
    changes: object = ()

    def is_news(self, change: Problem) -> bool:
        """Whether the writer, who read its own file, did not see this change already."""
        return not isinstance(self.changes, list) or [change.field, change.reason] not in self.changes


def write(
    dialect: Dialect,
    bank: ItemBank,
    item: ItemVersion,
    interactions: Iterable[str],
    kept: Kept,
    changes: Iterable[Problem] = (),
) -> Element:
    """The metadata of an item's resource, in the order of the manifest's schema."""
    made = etree.Element(f"{{{dialect.manifest_namespace}}}metadata")
    made.append(_qti(dialect, interactions, "human" if item_type(item.type).award else "responseprocessing"))
    made.append(_standards(dialect, bank, item))
    source = to_source(item)
    fields = {name: source[name] for name in FIELDS if name in source}
    made.append(
        _lom(
            item.id, {"fields": fields, "kept": kept, "changes": [[one.field, one.reason] for one in changes]}
        )
    )
    return made


def write_own(dialect: Dialect, told: str, kept: Kept) -> Element:
    """The metadata of a resource that is no item."""
    made = etree.Element(f"{{{dialect.manifest_namespace}}}metadata")
    made.append(_lom(told, {"fields": {"id": told}, "kept": kept}))
    return made


def _qti(dialect: Dialect, interactions: Iterable[str], scored_by: str) -> Element:
    space = dialect.metadata_namespace
    made = etree.Element(f"{{{space}}}qtiMetadata", nsmap={None: space})
    told = {
        "timeDependent": "false",
        "interactionType": ", ".join(dict.fromkeys(map(_camel, interactions))),
        "feedbackType": "nonadaptive",
        "solutionAvailable": "true",
        "scoringMode": scored_by if dialect.is_three else None,
        "toolName": CATALOG,
    }
    for key, value in told.items():
        if value is not None:
            etree.SubElement(made, f"{{{space}}}{key}").text = value
    return made


def _camel(interaction: str) -> str:
    first, *rest = interaction.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _standards(dialect: Dialect, bank: ItemBank, item: ItemVersion) -> Element:
    space = dialect.standards_namespace
    made = etree.Element(f"{{{space}}}curriculumStandardsMetadataSet", nsmap={None: space})
    provider = etree.SubElement(made, f"{{{space}}}curriculumStandardsMetadata", providerId=bank.framework)
    guids = etree.SubElement(provider, f"{{{space}}}setOfGUIDs", version=bank.framework_version)
    for code in item.tasks:
        labelled = etree.SubElement(guids, f"{{{space}}}labelledGUID")
        etree.SubElement(labelled, f"{{{space}}}label").text = code
        told = case_identifier(bank.framework, bank.framework_version, CASE_TASK, code)
        etree.SubElement(labelled, f"{{{space}}}GUID").text = str(told)
    return made


def _lom(told: str, ours: Mapping[str, Any]) -> Element:
    made = etree.Element(f"{{{LOM}}}lom", nsmap={None: LOM})
    identifier = _sub(_sub(made, "general"), "identifier")
    _sub(identifier, "catalog").text = CATALOG
    _sub(identifier, "entry").text = told
    classification = _sub(made, "classification")
    purpose = _sub(classification, "purpose")
    _sub(purpose, "source").text = CATALOG
    _sub(purpose, "value").text = "item"
    words = _sub(_sub(classification, "description"), "string")
    # Escaped to ASCII, so that no character is changed by whoever rewrites the manifest.
    words.text = json.dumps(ours, separators=(",", ":"))
    return made


def _sub(element: Element, told: str) -> Element:
    return etree.SubElement(element, f"{{{LOM}}}{told}")


def read(metadata: Element | None) -> Told:
    """What the metadata of a resource tells; what is not ours has no fields."""
    if metadata is None:
        return Told()
    labels = tuple(text_of(child(one, "label")).strip() for one in every(metadata, "labelled-guid"))
    for purpose in every(metadata, "purpose"):
        if [text_of(part).strip() for part in purpose] == [CATALOG, "item"]:
            return _ours(labels, purpose.getparent())
    return Told(labels)


def _ours(labels: Sequence[str], classification: Element) -> Told:
    text = "".join(text_of(part) for part in classification if name(part) == "description")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return Told(tuple(labels))
    fields = told.get("fields") if isinstance(told, dict) else None
    if not isinstance(fields, dict) or not _is_shallow(fields):
        return Told(tuple(labels))
    return Told(tuple(labels), fields, told.get("kept"), told.get("changes"))


def _is_shallow(value: object, levels: int = 4) -> bool:
    """Whether a value is nested no deeper than fields are."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)

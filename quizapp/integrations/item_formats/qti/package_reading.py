"""A package, or the file of one item, as entries in the author's form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from posixpath import basename
from typing import Any

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.exchange import MEDIA_PREFIX, Entry, Given, Package, Picture
from quizapp.domain.item import STABLE_ID, shown
from quizapp.domain.item_bank import Stimulus
from quizapp.integrations.item_formats import archives, xml_reading
from quizapp.integrations.item_formats.qti import item_reading, metadata
from quizapp.integrations.item_formats.qti.item_writing import taken_scenario
from quizapp.integrations.item_formats.qti.keeping import restored
from quizapp.integrations.item_formats.qti.manifest import Resource, folder_of, resolved, resources
from quizapp.integrations.item_formats.qti.markup import MEDIA_TYPES, UNKNOWN_MEDIA
from quizapp.integrations.item_formats.qti.metadata import Told
from quizapp.integrations.item_formats.qti.names import (
    VERSIONS,
    Element,
    attribute,
    child,
    from_identifier,
    name,
    namespace,
)
from quizapp.integrations.item_formats.qti.package_writing import MANIFEST
from quizapp.integrations.item_formats.qti.prose import Prose
from quizapp.integrations.item_formats.qti.reports import NO_REASON, Changes, Refusal, problem

SINGLE = "item.xml"
#: item type -> the rows that each owe a rationale; the others owe one for the whole
OWED = {
    "single_choice": "options",
    "multiple_response": "options",
    "true_false": "options",
    "ordering": "options",
    "hotspot": "options",
    "matching": "prompts",
    "matrix": "statements",
    "dropdown_cloze": "gaps",
    "gap_text": "gaps",
}
_ITEM = re.compile(r"imsqti_(apip)?item_xmlv[0-9p]+")
#: Parts of a package that say nothing by themselves.
_SILENT = ("imsqti_", "webcontent", "associatedcontent", "controlfile", "resource", "css", "qtiusagedata")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ID = 64


def read(data: bytes, given: Given, versions: tuple[str, ...]) -> Package:
    """What a file holds; ``versions`` are those its format's name promises.

    Raises `Invalid` ("bad_file") where the file as a whole cannot be read.
    """
    if not archives.is_archive(data):
        return _Reader(_Single(data), given, versions).package([Resource("", SINGLE, None)])
    archive = archives.open_archive(data)
    reader = _Reader(archive, given, versions)
    manifests = sorted(
        (one for one in archive.names if basename(one) == MANIFEST), key=lambda one: one.count("/")
    )
    if not manifests:
        reader.notes.append(problem("file", "", "no_manifest"))
        return reader.package([Resource("", one, None) for one in archive.names if one.endswith(".xml")])
    root = xml_reading.parse(archive.read(manifests[0]), manifests[0])
    return reader.package(list(resources(root, folder_of(manifests[0]))))


@dataclass(frozen=True, slots=True)
class _Single:
    """The file of one item, as if it were a package."""

    data: bytes

    def __contains__(self, path: str) -> bool:
        return path == SINGLE

    def read(self, _path: str) -> bytes:
        return self.data


@dataclass(slots=True)
class _Reader:
    """Reads the items of one package; files are read when an item needs them."""

    files: archives.Archive | _Single
    given: Given
    versions: tuple[str, ...]
    notes: list[Problem] = field(default_factory=list)
    _pictures: dict[str, Picture] = field(default_factory=dict)
    _stimuli: dict[str, Stimulus] = field(default_factory=dict)
    _stimulus_ids: dict[str, str] = field(default_factory=dict)
    _stimulus_metadata: dict[str, Told] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)
    _has_foreign: bool = False

    def package(self, found: list[Resource]) -> Package:
        self._stimulus_metadata = {
            one.path: metadata.read(one.metadata) for one in found if "stimulus" in one.kind
        }
        entries = [entry for one in found for entry in self._entries(one)]
        for path, told in self._stimulus_metadata.items():
            if told.fields is not None and path in self.files:
                # A scenario of ours is one even while no item has it.
                self._stimulus(path, Changes())
        if self._has_foreign and any("test" in one.kind or "section" in one.kind for one in found):
            self._note("test", "test_dropped")
        if not entries:
            kinds = ", ".join(sorted({one.kind for one in found}))
            detail = "the file holds no item of QTI 2 or 3"
            raise Invalid("bad_file", [Problem("file", shown(kinds), "no_items", detail)])
        pictures = tuple(self._pictures.values())
        return Package(tuple(entries), tuple(self._stimuli.values()), pictures, tuple(self.notes))

    def _note(self, value: str, reason: str) -> None:
        made = problem("file", value, reason)
        if made not in self.notes:
            self.notes.append(made)

    def _entries(self, resource: Resource) -> Iterator[Entry]:
        if resource.kind and not _ITEM.fullmatch(resource.kind):
            if not resource.kind.startswith(_SILENT):
                self._note(resource.kind, "not_read")
            return
        if resource.path not in self.files:
            told = problem("file", resource.path, "missing_file")
            yield Entry(resource.path, resource.path, None, problems=(told,))
            return
        try:
            root = self._parsed(resource.path)
        except Invalid as error:
            # A whole file that is one item is refused as a whole.
            if resource.path == SINGLE and not resource.kind:
                raise
            yield Entry(resource.path, resource.path, None, problems=tuple(error.problems))
            return
        if resource.kind or name(root) == item_reading.ITEM or resource.path == SINGLE:
            yield self._entry(resource, root)

    def _parsed(self, path: str) -> Element:
        return xml_reading.parse(self.files.read(path), path)

    def _entry(self, resource: Resource, root: Element) -> Entry:
        told = metadata.read(resource.metadata)
        self._has_foreign |= told.fields is None
        version = VERSIONS.get(namespace(root))
        if version is not None and version not in self.versions:
            self._note(version, "other_version")
        changes = Changes()
        called = item_reading.title(root) or resource.path
        try:
            source = self._source(resource.path, root, told, changes)
        except Refusal as refusal:
            return Entry(resource.path, called, None, problems=(refusal.problem,))
        except Invalid as error:
            return Entry(resource.path, called, None, problems=tuple(error.problems))
        return Entry(resource.path, called, source, changes=tuple(filter(told.is_news, changes.told)))

    def _source(self, path: str, root: Element, told: Told, changes: Changes) -> dict[str, Any]:
        taken = taken_scenario(root)
        folder = folder_of(path)
        said = item_reading.read(root, lambda address: self._picture(folder, address), changes)
        scenario = self._scenarios(folder, root, said, changes)
        if taken is not None:
            scenario = self._taken(folder, taken, said, told, changes)
        elif told.fields is not None:
            said = restored(said, told.kept)
        if scenario:
            said["stimulus"] = scenario
        if told.fields is not None:
            fields = {key: value for key, value in told.fields.items() if key in metadata.FIELDS}
            return {**said, **fields, **self._own_tasks(told)}
        return self._foreign(root, said, told, changes)

    def _taken(
        self, folder: str, taken: tuple[str, str, Element], said: dict[str, Any], told: Told, changes: Changes
    ) -> str:
        """The id of the scenario an item of version 2 holds; our own words for both are put back."""
        identifier, title, element = taken
        text = Prose(changes, lambda address: self._picture(folder, address)).of("stimulus", element)
        words: dict[str, Any] = {"title": title, "text": text}
        whole = restored({**said, "scenario": words}, told.kept)
        words |= whole.pop("scenario", {})
        said.clear()
        said.update(whole)
        stimulus_id = from_identifier(identifier)
        self._stimuli.setdefault(stimulus_id, Stimulus(stimulus_id, words["title"], words["text"]))
        return stimulus_id

    def _own_tasks(self, told: Told) -> dict[str, Any]:
        """Task codes as they stand among the standards: another program may have changed them."""
        return {"tasks": list(told.labels)} if told.labels else {}

    def _scenarios(self, folder: str, root: Element, said: dict[str, Any], changes: Changes) -> str:
        """The id of the stimulus an item refers to; the texts of further ones begin its stem."""
        found = [
            self._stimulus(resolved(folder, href), changes) for _id, href in item_reading.references(root)
        ]
        for stimulus_id in reversed(found[1:]):
            said["stem"] = f"{self._stimuli[stimulus_id].text}\n\n{said['stem']}"
        return found[0] if found else ""

    def _stimulus(self, path: str, changes: Changes) -> str:
        if path in self._stimulus_ids:
            return self._stimulus_ids[path]
        if path not in self.files:
            raise Refusal("stimulus", path, "missing_file")
        root = self._parsed(path)
        told = self._stimulus_metadata.get(path, Told())
        folder = folder_of(path)
        prose = Prose(changes, lambda address: self._picture(folder, address))
        text = prose.of("stimulus", child(root, "stimulus-body"))
        if told.fields is not None:
            text = str(restored({"text": text}, told.kept).get("text", text))
        identifier = attribute(root, "identifier")
        stimulus_id = (
            from_identifier(identifier)
            if told.fields is not None
            else self._stable(identifier, self._stimuli)
        )
        self._stimuli[stimulus_id] = Stimulus(stimulus_id, attribute(root, "title") or identifier, text)
        self._stimulus_ids[path] = stimulus_id
        return stimulus_id

    def _picture(self, folder: str, address: str) -> str | None:
        path = resolved(folder, address.partition("?")[0])
        if "://" in address or path not in self.files:
            return None
        if path not in self._pictures:
            data = self.files.read(path)
            told = _NOT_IN_NAMES.sub("-", basename(path)) or "picture"
            if any(one.name == told for one in self._pictures.values()):
                told = f"{sha256(path.encode()).hexdigest()[:8]}-{told}"
            kind = MEDIA_TYPES.get(told.rpartition(".")[2].lower(), UNKNOWN_MEDIA)
            self._pictures[path] = Picture(told, kind, data)
        return f"{MEDIA_PREFIX}{self._pictures[path].name}"

    def _foreign(self, root: Element, said: dict[str, Any], told: Told, changes: Changes) -> dict[str, Any]:
        """An item of another program, with what was given for the fields it cannot know."""
        identifier = attribute(root, "identifier")
        stable = self._stable(identifier, self._ids)
        self._ids.add(stable)
        if stable != identifier:
            changes.add("id", identifier, "id_changed")
        source = {"status": "draft", **self._given_fields(), **said, "id": stable}
        tasks = [code for code in map(_code, told.labels) if code in self.given.task_codes]
        if tasks:
            source["tasks"] = list(dict.fromkeys(tasks))
        elif told.labels:
            changes.add("tasks", ", ".join(told.labels), "tasks_unknown")
        self._fill(source, changes)
        return source

    def _given_fields(self) -> dict[str, Any]:
        return {key: value for key, value in self.given.fields.items() if key in metadata.FIELDS}

    def _stable(self, identifier: str, known: Mapping[str, object] | set[str]) -> str:
        """An id like the file's own that nothing else has."""
        told = re.sub(r"[^a-z0-9.-]+", "-", identifier.lower()).strip("-.")[:_LONGEST_ID]
        if not STABLE_ID.fullmatch(told):
            told = f"item-{told}".rstrip("-") if told else "item"
        rank, made = 1, told
        while made in known:
            rank += 1
            made = f"{told[: _LONGEST_ID - 6]}-{rank}"
        return made

    def _fill(self, source: dict[str, Any], changes: Changes) -> None:
        """Every item says why; the words that stand in make visible that nobody has yet."""
        place = OWED.get(source["type"])
        rows = source[place] if place else [source.get("answer", source)]
        missing = [row for row in rows if "rationale" not in row]
        for row in missing:
            row["rationale"] = NO_REASON
        if missing:
            changes.add("rationale", "", "no_reason")


def _code(label: str) -> str:
    """The code a label begins with."""
    return label.split(" ")[0].rstrip(":")

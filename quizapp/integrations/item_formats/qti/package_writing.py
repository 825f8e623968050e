"""A bank as a package: an item a file, its scenarios, its pictures, a test over all, the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import MEDIA_PREFIX, Outgoing
from quizapp.domain.item import ItemVersion, to_source
from quizapp.domain.item_bank import Stimulus
from quizapp.integrations.item_formats import archives
from quizapp.integrations.item_formats.qti import item_reading, item_writing, metadata
from quizapp.integrations.item_formats.qti.assessments import write as write_test
from quizapp.integrations.item_formats.qti.interactions import BY_TYPE
from quizapp.integrations.item_formats.qti.keeping import difference
from quizapp.integrations.item_formats.qti.manifest import Manifest
from quizapp.integrations.item_formats.qti.names import Dialect, Element, child, name, to_identifier
from quizapp.integrations.item_formats.qti.prose import Prose
from quizapp.integrations.item_formats.qti.reports import Changes

TEST = "assessment.xml"
MANIFEST = "imsmanifest.xml"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def losses(outgoing: Outgoing) -> list[Problem]:
    """The items no package can hold: QTI cannot ask so, or XML has not their characters."""
    scenarios = {one.id: (one.title, one.text) for one in outgoing.stimuli}
    told = []
    for item in outgoing.items:
        if reason := BY_TYPE[item.type].lacks(item):
            told.append(Problem("content", "", "not_held", reason, item.id))
        elif not _is_writable((to_source(item), scenarios.get(item.stimulus or ""))):
            detail = "XML has no way to write one of the item's characters; the item is left out"
            told.append(Problem("text", "", "bad_character", detail, item.id))
    return told


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _is_writable(value: object) -> bool:
    return not any(_UNWRITABLE.search(text) for text in _texts(value))


def write(dialect: Dialect, outgoing: Outgoing) -> Iterator[bytes]:
    """The package in pieces; items `losses` names are left out."""
    return archives.pack(_Package(dialect, outgoing).files())


@dataclass(slots=True)
class _Package:
    dialect: Dialect
    outgoing: Outgoing
    manifest: Manifest = field(init=False)

    def __post_init__(self) -> None:
        self.manifest = Manifest(self.dialect, self.outgoing.bank)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file, the manifest last: it names the others."""
        left_out = {problem.place for problem in losses(self.outgoing)}
        items = [item for item in self.outgoing.items if item.id not in left_out]
        stimuli = {one.id: one for one in self.outgoing.stimuli}
        yield from self._pictures()
        for stimulus in stimuli.values() if self.dialect.is_three else ():
            if _is_writable((stimulus.title, stimulus.text)):
                yield self._stimulus(stimulus)
        for item in items:
            yield self._item(item, stimuli.get(item.stimulus or ""))
        yield self._test(items)
        yield MANIFEST, self.manifest.document()

    def _pictures(self) -> Iterator[tuple[str, bytes]]:
        for picture in self.outgoing.pictures:
            path = f"{MEDIA_PREFIX}{picture.name}"
            self.manifest.add("picture", _picture_resource(picture.name), path)
            yield path, picture.data

    def _stimulus(self, stimulus: Stimulus) -> tuple[str, bytes]:
        path = item_writing.stimulus_file(stimulus.id)
        written = item_writing.write_stimulus(self.dialect, stimulus, self.outgoing.bank.language)
        body = child(written.root, "stimulus-body")
        said = Prose(Changes(), own_picture).of("text", body)
        kept = difference({"text": said}, {"text": stimulus.text})
        told = metadata.write_own(self.dialect, stimulus.id, kept)
        self.manifest.add("stimulus", f"S-{stimulus.id}", path, told, self._shown(written.pictures))
        return path, xml(written.root)

    def _item(self, item: ItemVersion, stimulus: Stimulus | None) -> tuple[str, bytes]:
        path = item_writing.item_file(item.id)
        written = item_writing.write(self.dialect, item, stimulus, self.outgoing.bank.language)
        data = xml(written.root)
        asked = [name(one) for one in item_reading.interactions(written.root)]
        changes = Changes()
        kept = kept_of(item, written.root, stimulus, changes)
        told = metadata.write(self.dialect, self.outgoing.bank, item, asked, kept, changes.told)
        needs = [f"S-{stimulus.id}"] if stimulus is not None and self.dialect.is_three else []
        needs += self._shown(written.pictures)
        self.manifest.add("item", f"I-{item.id}", path, told, needs)
        return path, data

    def _shown(self, pictures: Iterable[str]) -> list[str]:
        known = {picture.name for picture in self.outgoing.pictures}
        return [_picture_resource(told) for told in sorted(pictures) if told in known]

    def _test(self, items: list[ItemVersion]) -> tuple[str, bytes]:
        references = [(to_identifier(item.id), item_writing.item_file(item.id)) for item in items]
        root = write_test(self.dialect, self.outgoing.bank.title, references)
        self.manifest.add("test", "T-all", TEST, None, [f"I-{item.id}" for item in items])
        return TEST, xml(root)


def kept_of(item: ItemVersion, root: Element, stimulus: Stimulus | None, changes: Changes) -> list[list[Any]]:
    """Where the file of an item does not say what was meant; ``changes`` gets what its reader would tell."""
    source = to_source(item)
    meant = {key: value for key, value in source.items() if key not in metadata.FIELDS and key != "stimulus"}
    if item.stimulus and stimulus is None:
        meant["stimulus"] = item.stimulus
    taken = item_writing.taken_scenario(root)
    said = item_reading.read(root, own_picture, changes)
    kept = difference(said, meant)
    if taken is not None and stimulus is not None:
        words = {"title": taken[1], "text": Prose(Changes(), own_picture).of("text", taken[2])}
        kept += difference(
            {"scenario": words}, {"scenario": {"title": stimulus.title, "text": stimulus.text}}
        )
    return kept


def own_picture(address: str) -> str | None:
    """What our own address of a picture means."""
    return address.removeprefix("../") if address.startswith(f"../{MEDIA_PREFIX}") else None


def _picture_resource(picture: str) -> str:
    return f"P-{picture}"


def xml(root: Element) -> bytes:
    """A document in UTF-8."""
    told: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return told

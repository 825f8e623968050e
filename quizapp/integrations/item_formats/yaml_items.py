"""Our own bank files: one YAML file of items, or a whole bank folder as a zip archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import yaml

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.exchange import MEDIA_PREFIX, Entry, Given, ItemFormat, Outgoing, Package, Picture
from quizapp.domain.item import to_source
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.integrations.item_formats import archives, bank_files
from quizapp.integrations.item_formats.bank_files import BANK_FILE, BankFiles, FileProblem

#: What a file that comes alone is called in problems.
ALONE = "items.yaml"
WIDTH = 110
#: Files are begun anew at this size, so that none grows past what the reader takes.
ENOUGH_BYTES = bank_files.MAX_FILE_BYTES // 2


# --- in ---------------------------------------------------------------------------------


def read(data: bytes, given: Given) -> Package:
    """The items of a YAML file, or of the bank folder in an archive; the bank's header is passed over.

    Raises `Invalid` ("bad_file") with every place where the files cannot be read.
    """
    files = _of_archive(data) if archives.is_archive(data) else bank_files.bank_of([(ALONE, data)])
    problems = [problem for problem in files.problems if problem.reason != "missing_file"]
    if problems or not files.items:
        raise Invalid("bad_file", [_told(problem) for problem in problems] or [EMPTY])
    stimuli, notes = _stimuli(files)
    entries = tuple(
        Entry(f"{entry.file}:{entry.line}", entry.name, {**given.fields, **entry.value})
        for entry in files.items
    )
    return Package(entries, tuple(stimuli), files.pictures, tuple(notes))


EMPTY = Problem("file", "", "no_items", "the file has no list of items")


def _of_archive(data: bytes) -> BankFiles:
    archive = archives.open_archive(data)
    headers = [name for name in archive.names if name.split("/")[-1] == BANK_FILE]
    root = min(headers, key=len).removesuffix(BANK_FILE) if headers else ""
    inside = {name.removeprefix(root): name for name in archive.names if name.startswith(root)}
    named = sorted(name for name in inside if bank_files.is_bank_file(name))
    shown = sorted(name for name in inside if name.startswith(MEDIA_PREFIX))
    return bank_files.bank_of(
        ((name, archive.read(inside[name])) for name in named),
        (Picture(name.removeprefix(MEDIA_PREFIX), "", archive.read(inside[name])) for name in shown),
    )


def _told(problem: FileProblem) -> Problem:
    return Problem(problem.field, problem.value, problem.reason, problem.detail, problem.place)


def _stimuli(files: BankFiles) -> tuple[list[Stimulus], list[Problem]]:
    stimuli, notes = [], []
    for entry in files.stimuli:
        stimulus, problems = read_stimulus(entry.value)
        notes += [p.at(f"{entry.file}:{entry.line}") for p in problems]
        stimuli += [stimulus] if stimulus else []
    if files.header is not None:
        detail = "the items go into the bank you chose; the header of their own is passed over"
        notes.append(Problem("bank", files.header.name, "header_passed_over", detail, BANK_FILE))
    return stimuli, notes


# --- out --------------------------------------------------------------------------------


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """The bank's folder as an archive: bank.yaml, scenarios and items, and the folder media."""
    return archives.pack(_files(outgoing))


def _files(outgoing: Outgoing) -> Iterator[tuple[str, bytes]]:
    yield BANK_FILE, _dumped({**asdict(outgoing.bank), "notes": list(outgoing.bank.notes)})
    yield from _numbered("stimuli", map(asdict, outgoing.stimuli))
    yield from _numbered("items", map(to_source, outgoing.items))
    for picture in outgoing.pictures:
        yield MEDIA_PREFIX + picture.name, picture.data


def _numbered(field: str, values: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Files with a list each: items-001.yaml, items-002.yaml ..."""
    number, waiting = 1, bytearray()
    for value in values:
        waiting += _dumped([dict(value)])
        if len(waiting) > ENOUGH_BYTES:
            yield f"{field}-{number:03}.yaml", f"{field}:\n".encode() + waiting
            number, waiting = number + 1, bytearray()
    if waiting:
        yield f"{field}-{number:03}.yaml", f"{field}:\n".encode() + waiting


class _Dumper(yaml.SafeDumper):
    """Writes as an author would: in order, without aliases, long texts as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _dumped(value: Any) -> bytes:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH).encode()


FORMAT = ItemFormat("yaml", "Bank folder (YAML)", "zip", "application/zip", read, write)

"""Checking the files of a bank, or of a framework, without a database: every problem at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from quizapp import resources
from quizapp.domain import framework as framework_domain
from quizapp.domain import item_quality, picture
from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.framework import Framework
from quizapp.domain.item import ItemVersion, read_item
from quizapp.domain.item_bank import ItemBank, PlacedItem, Stimulus, check_bank, read_bank, read_stimulus
from quizapp.domain.item_quality import LIMITS, Quality
from quizapp.integrations import images
from quizapp.integrations.item_formats import bank_files
from quizapp.integrations.item_formats.bank_files import BankFiles, Entry, FileProblem

__all__ = ["BankCheck", "FileProblem", "FrameworkFile", "ReadBank", "check_bank_files", "read_framework"]


@dataclass(frozen=True, slots=True)
class BankCheck:
    """What a bank's files hold, everything wrong with them, and how good the items are.

    ``items`` counts every item found, whether it has problems or not; ``statuses`` and ``pools``
    count the sound ones, by the status they would load with. ``quality`` measures the sound ones;
    ``findings`` are its findings with their places.
    """

    path: str
    bank_id: str
    framework: str
    framework_version: str
    files: int
    items: int
    stimuli: int
    statuses: Mapping[str, int]
    pools: Mapping[str, int]
    problems: tuple[FileProblem, ...]
    findings: tuple[FileProblem, ...]
    quality: Quality

    @property
    def is_clean(self) -> bool:
        """Whether the bank may be loaded."""
        return not self.problems

    @property
    def is_good(self) -> bool:
        """Whether it is clean and keeps every limit of quality."""
        return self.is_clean and self.quality.is_passed


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """A framework file as written (``source``) and as understood, or what is wrong with it."""

    source: Mapping[str, Any]
    framework: Framework | None
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class ReadBank:
    """A bank's files as values; incomplete when there are problems."""

    header: ItemBank | None
    stimuli: tuple[Stimulus, ...]
    items: tuple[ItemVersion, ...]
    files: BankFiles
    problems: tuple[FileProblem, ...]


def find(path: Path) -> Path:
    """The path itself, or the shipped folder of that name; raises `NotFound` ("no_such_path")."""
    if path.exists():
        return path
    if len(path.parts) == 1:
        shipped = resources.folder("question_banks") / path
        if shipped.is_dir():
            return shipped
    raise NotFound("no_such_path", path=str(path))


def read_framework(path: Path) -> FrameworkFile:
    """Read a framework file, a folder that holds framework.yaml, or a shipped framework's name.

    Raises `NotFound` ("no_such_path", "unreadable").
    """
    found = find(path)
    if found.is_dir():
        found = found / bank_files.FRAMEWORK_FILE
    try:
        entry, problems = bank_files.read_mapping(found, found.name)
    except OSError as error:
        raise NotFound("unreadable", path=str(found), reason=error.strerror or str(error)) from error
    if entry is None:
        return FrameworkFile({}, None, tuple(problems))
    framework, wrong = framework_domain.read(entry.value)
    return FrameworkFile(entry.value, framework, tuple(_in_file(entry, wrong)))


def check_bank_files(
    path: Path, today: date, framework: Path | None = None, must_cover: bool = False
) -> BankCheck:
    """Check a bank folder, or a shipped bank by name, against its framework file and the limits.

    The framework file is the one named, else framework.yaml in the folder or its parent. Sources
    to be reviewed before ``today`` are stale; with ``must_cover`` every task needs enough items.
    Raises `NotFound` ("no_such_path", "unreadable").
    """
    folder = find(path)
    told = _read_framework_of(folder, framework)
    codes = told.framework.task_codes if told.framework else None
    bank = read(folder, codes)
    problems = [*told.problems, *bank.problems]
    if bank.header and told.framework:
        problems += _check_framework(bank, told.framework)
    quality = item_quality.judge(bank.items, codes or (), today, replace(LIMITS, must_cover=must_cover))
    return BankCheck(
        path=str(folder),
        bank_id=bank.header.id if bank.header else "",
        framework=bank.header.framework if bank.header else "",
        framework_version=bank.header.framework_version if bank.header else "",
        files=len(bank.files.files),
        items=len(bank.files.items),
        stimuli=len(bank.files.stimuli),
        statuses=dict(Counter(item.status.value for item in bank.items)),
        pools=dict(Counter(item.pool.value for item in bank.items)),
        problems=tuple(problems),
        findings=_findings(bank, quality),
        quality=quality,
    )


def _findings(bank: ReadBank, quality: Quality) -> tuple[FileProblem, ...]:
    entries = {entry.name: entry for entry in bank.files.items}
    return tuple(
        entries[item_id].problem(found.field, found.value, found.reason, found.detail)
        for item_id, found in quality.findings
    )


def _read_framework_of(folder: Path, framework: Path | None) -> FrameworkFile:
    if framework is not None:
        return read_framework(framework)
    for place in (folder, folder.parent):
        if (place / bank_files.FRAMEWORK_FILE).is_file():
            return read_framework(place)
    name, detail = bank_files.FRAMEWORK_FILE, "neither in the folder nor in the one above"
    missing = FileProblem(name, 0, "", "", "", "missing_file", detail)
    return FrameworkFile({}, None, (missing,))


def _check_framework(bank: ReadBank, framework: Framework) -> Iterable[FileProblem]:
    header, entry = bank.header, bank.files.header
    if header is None or entry is None:
        return
    if header.framework != framework.id:
        detail = f"the framework file is of {framework.id}"
        yield entry.problem("framework", header.framework, "wrong_framework", detail)
    elif header.framework_version != framework.version:
        detail = f"the framework file is version {framework.version}"
        yield entry.problem("framework_version", header.framework_version, "wrong_version", detail)


def read(folder: Path, codes: Iterable[str] | None) -> ReadBank:
    """Everything in a bank folder, checked against the framework's task codes.

    With ``codes`` None (no framework could be read) task codes are not checked.
    """
    files = _files(folder)
    problems = list(files.problems)
    header = _read(files.header, read_bank, problems) if files.header else None
    stimuli = [_read(entry, read_stimulus, problems) for entry in files.stimuli]
    items = [_read(entry, read_item, problems) for entry in files.items]
    problems += [*_between(files, codes), *_check_pictures(files)]
    return ReadBank(
        header,
        tuple(stimulus for stimulus in stimuli if stimulus),
        tuple(item for item in items if item),
        files,
        tuple(sorted(problems, key=lambda problem: (problem.file, problem.line))),
    )


def _files(folder: Path) -> BankFiles:
    if not folder.is_dir():
        raise NotFound("unreadable", path=str(folder), reason="a bank is a folder")
    try:
        return bank_files.read_bank(folder)
    except OSError as error:
        raise NotFound("unreadable", path=str(folder), reason=error.strerror or str(error)) from error


def _read(entry: Entry, reader: Any, problems: list[FileProblem]) -> Any:
    value, wrong = reader(entry.value)
    problems += _in_file(entry, wrong)
    return value


def _in_file(entry: Entry, problems: Iterable[Problem]) -> list[FileProblem]:
    return [entry.problem(p.field, p.value, p.reason, p.detail) for p in problems]


def _check_pictures(files: BankFiles) -> Iterable[FileProblem]:
    """Pictures that cannot be used, and those that items show and the folder does not hold."""
    for shown in files.pictures:
        try:
            images.clean(shown.data)
        except Invalid as error:
            for told in error.problems:
                place = f"{picture.MEDIA_PREFIX}{shown.name}"
                yield FileProblem(place, 0, "", told.field, told.value, told.reason, told.detail)
    held = {shown.name for shown in files.pictures}
    for entry in (*files.stimuli, *files.items):
        for name in sorted(picture.names(entry.value) - held):
            # What is named by its digest may be stored already; loading looks.
            if not picture.STORED_NAME.fullmatch(name):
                detail = "the folder media of the bank has no such file"
                yield entry.problem("picture", name, "no_such_picture", detail)


def _between(files: BankFiles, codes: Iterable[str] | None) -> list[FileProblem]:
    entries = {f"{entry.file}:{entry.line}": entry for entry in files.items}
    placed = [PlacedItem.of(place, entry.value) for place, entry in entries.items()]
    known = {code for item in placed for code in item.tasks} if codes is None else codes
    names = {entry.name: entry for entry in files.stimuli}
    told = []
    for problem in check_bank(placed, [entry.name for entry in files.stimuli], known):
        entry, field = entries.get(problem.place), problem.field
        if entry is None:
            entry, field = names[problem.value], "id"
        told.append(entry.problem(field, problem.value, problem.reason, problem.detail))
    return told

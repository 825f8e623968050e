"""A competency framework: a function, its competencies, their task statements. It is data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from quizapp.domain.errors import Problem

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-+]{0,39}")
LONGEST_FUNCTION = 200
#: Under this every framework item has one CASE identifier, on every installation and at every import.
CASE_NAMESPACE = uuid5(NAMESPACE_URL, "urn:quizapp:case:1")
#: What CASE calls the two kinds of items; part of their identifiers for ever.
CASE_COMPETENCY, CASE_TASK = "Competency", "Task Statement"


@dataclass(frozen=True, slots=True)
class TaskStatement:
    """One thing a person does, verbatim from the source; ``note`` is editorial.

    ``unchanged_since`` names the oldest framework version whose evidence still counts for it.
    """

    code: str
    text: str
    note: str | None = None
    unchanged_since: str | None = None

    @property
    def letter(self) -> str:
        """The part after the last dot, for the cell of a task map."""
        return self.code.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Competency:
    """A group of task statements; title and description may be missing in the source."""

    code: str
    title: str | None
    description: str | None
    tasks: tuple[TaskStatement, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """One version of a framework, in the order of its source."""

    id: str
    version: str
    function: str
    competencies: tuple[Competency, ...]
    notes: tuple[str, ...] = ()

    @property
    def tasks(self) -> Iterator[TaskStatement]:
        """Every task statement, in source order."""
        return (task for competency in self.competencies for task in competency.tasks)

    @property
    def task_codes(self) -> tuple[str, ...]:
        """Every task code, in source order."""
        return tuple(task.code for task in self.tasks)

    def task(self, code: str) -> TaskStatement | None:
        """The task statement with this code, or None."""
        return next((task for task in self.tasks if task.code == code), None)

    def code_of(self, typed: str) -> str:
        """The code of the one task somebody means by its code or by words of it; else what they typed."""
        wanted = typed.strip().casefold()
        for task in self.tasks:
            if task.code.casefold() == wanted:
                return task.code
        found = [task.code for task in self.tasks if wanted and wanted in task.text.casefold()]
        return found[0] if len(found) == 1 else typed.strip()

    def competency_of(self, task_code: str) -> Competency | None:
        """The competency that holds this task code, or None."""
        return next((c for c in self.competencies if any(t.code == task_code for t in c.tasks)), None)


def case_identifier(framework_id: str, version: str, kind: str, code: str) -> UUID:
    """The CASE identifier of a competency or task statement of a framework version."""
    return uuid5(CASE_NAMESPACE, f"{framework_id}/{version}/{kind}/{code}")


def export(framework: Framework) -> dict[str, object]:
    """The published shape: id, function, version, competencies with their tasks; no notes."""
    return {
        "id": framework.id,
        "function": framework.function,
        "version": framework.version,
        "competencies": [
            {
                "code": competency.code,
                "title": competency.title,
                "description": competency.description,
                "tasks": [{"code": task.code, "text": task.text} for task in competency.tasks],
            }
            for competency in framework.competencies
        ],
    }


def to_source(framework: Framework) -> dict[str, object]:
    """The author's form, notes included: what `read` accepts and what a digest is taken over."""
    source = export(framework)
    source["notes"] = list(framework.notes)
    source["competencies"] = [
        {
            "code": c.code,
            "title": c.title,
            "description": c.description,
            "note": c.note,
            "tasks": [
                {"code": t.code, "text": t.text, "note": t.note, "unchanged_since": t.unchanged_since}
                for t in c.tasks
            ],
        }
        for c in framework.competencies
    ]
    return source


def read(source: object) -> tuple[Framework | None, list[Problem]]:
    """A framework from the author's form, or None and everything wrong with it."""
    if not isinstance(source, Mapping):
        return None, [Problem("", _short(source), "not_a_mapping", "expected a framework mapping")]
    reader = _Reader()
    framework = Framework(
        id=reader.text(source, "id", "id"),
        version=reader.text(source, "version", "version"),
        function=reader.text(source, "function", "function"),
        competencies=tuple(reader.competencies(source)),
        notes=tuple(reader.notes(source)),
    )
    reader.unknown(source, FIELDS, "")
    problems = [*reader.problems, *_check_header(framework)]
    problems += [*_check_unique(reader.competency_codes), *_check_unique(reader.task_codes)]
    return (None, problems) if problems else (framework, [])


FIELDS = frozenset({"id", "version", "function", "competencies", "notes"})
COMPETENCY_FIELDS = frozenset({"code", "title", "description", "note", "tasks"})
TASK_FIELDS = frozenset({"code", "text", "note", "unchanged_since"})


class _Reader:
    """Reads mappings and keeps every problem instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.competency_codes: list[tuple[str, str]] = []
        self.task_codes: list[tuple[str, str]] = []

    def complain(self, field: str, value: object, reason: str, detail: str) -> None:
        self.problems.append(Problem(field, _short(value), reason, detail))

    def text(self, source: Mapping[str, object], name: str, field: str) -> str:
        value = source.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if value is None or isinstance(value, str):
            self.complain(field, value, "missing", "text is required")
        else:
            self.complain(field, value, "not_text", "expected text; put it in quotes")
        return ""

    def code(self, source: Mapping[str, object], field: str, seen: list[tuple[str, str]]) -> str:
        code = self.text(source, "code", field)
        seen.append((field, code))
        return code

    def text_or_none(self, source: Mapping[str, object], name: str, field: str) -> str | None:
        value = source.get(name)
        if value is None or isinstance(value, str):
            return value or None
        self.complain(field, value, "not_text", "expected text or null")
        return None

    def items(
        self, source: Mapping[str, object], name: str, field: str, required: bool = True
    ) -> Sequence[object]:
        value = source.get(name)
        if value is None and not required:
            return ()
        if isinstance(value, Sequence) and not isinstance(value, str) and (value or not required):
            return value
        self.complain(field, value, "missing", "a non-empty list is required")
        return ()

    def notes(self, source: Mapping[str, object]) -> Iterator[str]:
        for index, note in enumerate(self.items(source, "notes", "notes", required=False)):
            if isinstance(note, str):
                yield note
            else:
                self.complain(f"notes[{index}]", note, "not_text", "expected text; put it in quotes")

    def unknown(self, source: Mapping[str, object], known: frozenset[str], field: str) -> None:
        for name in sorted(set(map(str, source)) - known):
            self.complain(f"{field}{name}", "", "unknown_field", f"known: {', '.join(sorted(known))}")

    def competencies(self, source: Mapping[str, object]) -> Iterator[Competency]:
        for index, entry in enumerate(self.items(source, "competencies", "competencies")):
            field = f"competencies[{index}]"
            if not isinstance(entry, Mapping):
                self.complain(field, entry, "not_a_mapping", "expected a competency")
                continue
            self.unknown(entry, COMPETENCY_FIELDS, f"{field}.")
            yield Competency(
                code=self.code(entry, f"{field}.code", self.competency_codes),
                title=self.text_or_none(entry, "title", f"{field}.title"),
                description=self.text_or_none(entry, "description", f"{field}.description"),
                tasks=tuple(self.tasks(entry, field)),
                note=self.text_or_none(entry, "note", f"{field}.note"),
            )

    def tasks(self, competency: Mapping[str, object], parent: str) -> Iterator[TaskStatement]:
        for index, entry in enumerate(self.items(competency, "tasks", f"{parent}.tasks")):
            field = f"{parent}.tasks[{index}]"
            if not isinstance(entry, Mapping):
                self.complain(field, entry, "not_a_mapping", "expected a task statement")
                continue
            self.unknown(entry, TASK_FIELDS, f"{field}.")
            yield TaskStatement(
                code=self.code(entry, f"{field}.code", self.task_codes),
                text=self.text(entry, "text", f"{field}.text"),
                note=self.text_or_none(entry, "note", f"{field}.note"),
                unchanged_since=self.text_or_none(entry, "unchanged_since", f"{field}.unchanged_since"),
            )


def _check_header(framework: Framework) -> Iterator[Problem]:
    if framework.id and not _ID.fullmatch(framework.id):
        yield Problem("id", framework.id, "bad_id", "lower-case letters, digits and hyphens")
    if framework.version and not _VERSION.fullmatch(framework.version):
        yield Problem("version", framework.version, "bad_version", "letters, digits, dots and hyphens")
    if len(framework.function) > LONGEST_FUNCTION:
        detail = f"at most {LONGEST_FUNCTION} characters"
        yield Problem("function", _short(framework.function), "too_long", detail)


def _check_unique(codes: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for field, code in codes:
        if code and not _CODE.fullmatch(code):
            yield Problem(field, _short(code), "bad_code", "letters, digits, dots and hyphens, at most 20")
        if code and code in seen:
            yield Problem(field, _short(code), "duplicate_code", "used twice")
        seen.add(code)


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."

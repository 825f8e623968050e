"""A competency framework: a function, its competencies, their task statements. It is data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from quizapp.domain.errors import Problem

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")


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

    def competency_of(self, task_code: str) -> Competency | None:
        """The competency that holds this task code, or None."""
        return next((c for c in self.competencies if any(t.code == task_code for t in c.tasks)), None)


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
        notes=tuple(str(note) for note in reader.items(source, "notes", "notes", required=False)),
    )
    reader.unknown(source, {"id", "version", "function", "competencies", "notes"}, "")
    problems = reader.problems + _check_codes(framework)
    return (None, problems) if problems else (framework, [])


class _Reader:
    """Reads mappings and keeps every problem instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, field: str, value: object, reason: str, detail: str) -> None:
        self.problems.append(Problem(field, _short(value), reason, detail))

    def text(self, source: Mapping[str, object], name: str, field: str) -> str:
        value = source.get(name)
        if isinstance(value, str) and value.strip():
            return value
        self.complain(field, value, "missing", "text is required")
        return ""

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

    def unknown(self, source: Mapping[str, object], known: set[str], field: str) -> None:
        for name in sorted(set(map(str, source)) - known):
            self.complain(f"{field}{name}", "", "unknown_field", f"known: {', '.join(sorted(known))}")

    def competencies(self, source: Mapping[str, object]) -> Iterator[Competency]:
        for index, entry in enumerate(self.items(source, "competencies", "competencies")):
            field = f"competencies[{index}]"
            if not isinstance(entry, Mapping):
                self.complain(field, entry, "not_a_mapping", "expected a competency")
                continue
            self.unknown(entry, {"code", "title", "description", "note", "tasks"}, f"{field}.")
            yield Competency(
                code=self.text(entry, "code", f"{field}.code"),
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
            self.unknown(entry, {"code", "text", "note", "unchanged_since"}, f"{field}.")
            yield TaskStatement(
                code=self.text(entry, "code", f"{field}.code"),
                text=self.text(entry, "text", f"{field}.text"),
                note=self.text_or_none(entry, "note", f"{field}.note"),
                unchanged_since=self.text_or_none(entry, "unchanged_since", f"{field}.unchanged_since"),
            )


def _check_codes(framework: Framework) -> list[Problem]:
    problems = []
    if framework.id and not _ID.fullmatch(framework.id):
        problems.append(Problem("id", framework.id, "bad_id", "lower-case letters, digits and hyphens"))
    seen: set[str] = set()
    for kind, code in [
        *(("competency", c.code) for c in framework.competencies),
        *(("task", t.code) for t in framework.tasks),
    ]:
        if code and not _CODE.fullmatch(code):
            problems.append(Problem(f"{kind} code", code, "bad_code", "letters, digits, dots and hyphens"))
        if code and f"{kind}:{code}" in seen:
            problems.append(Problem(f"{kind} code", code, "duplicate_code", "used twice"))
        seen.add(f"{kind}:{code}")
    return problems


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."

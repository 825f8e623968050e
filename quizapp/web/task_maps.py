"""The task map: one picture of a framework, a cell per task statement, for every page that shows one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from quizapp.domain.framework import Framework, TaskStatement


@dataclass(frozen=True, slots=True)
class Cell:
    """One task statement on the map; ``status`` picks the shape, ``label`` says it in words."""

    code: str
    letter: str
    text: str
    href: str | None
    status: str
    label: str
    count: str = ""
    level: str = ""
    share: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One competency on the map; a missing title is shown as missing."""

    code: str
    title: str | None
    href: str | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TaskMap:
    """What the macro `task_map` draws."""

    title: str
    description: str
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, ...], ...]


def draw(
    framework: Framework,
    cell: Callable[[TaskStatement], Cell],
    *,
    legend: Sequence[tuple[str, ...]] = (),
    description: str = "",
    only: Collection[str] | None = None,
    row_href: Callable[[str], str] | None = None,
) -> TaskMap:
    """The map of a framework; ``only`` keeps the competencies that hold one of these tasks."""
    rows = tuple(
        Row(
            competency.code,
            competency.title,
            row_href(competency.code) if row_href else None,
            tuple(cell(task) for task in competency.tasks if only is None or task.code in only),
        )
        for competency in framework.competencies
        if only is None or any(task.code in only for task in competency.tasks)
    )
    return TaskMap(framework.function, description, rows, tuple(legend))


def share_cell(task: TaskStatement, shown: int, of: int, label: str, href: str | None = None) -> Cell:
    """The cell of a task with the share of people who have demonstrated it."""
    share = 100 * shown // of if of else 0
    return Cell(task.code, task.letter, task.text, href, "share", label, count=str(shown), share=share)


STATUS_WORDS = {
    "demonstrated": _l("Demonstrated"),
    "not_yet": _l("Not yet demonstrated"),
    "insufficient": _l("Insufficient evidence"),
    "not_assessed": _l("Not assessed"),
    "strong": _l("Looks strong"),
    "mixed": _l("Mixed"),
    "start_here": _l("Start here"),
}


def status_words() -> Mapping[str, str]:
    """What the statuses of certification and practice are called, in the reader's language."""
    return {status: str(word) for status, word in STATUS_WORDS.items()}


CERTIFICATION = ("demonstrated", "not_yet", "insufficient", "not_assessed")
PRACTICE = ("strong", "mixed", "start_here", "not_assessed")


def status_legend(statuses: Sequence[str]) -> list[tuple[str, str]]:
    """Legend entries for these statuses, in words."""
    words = status_words()
    return [(status, words[status]) for status in statuses]


def status_cell(
    task: TaskStatement,
    status: str,
    count: str = "",
    href: str | None = None,
    words: Mapping[str, object] = STATUS_WORDS,
) -> Cell:
    """The cell of a task with one of the statuses; the count is drawn where evidence is short.

    ``words`` spares a map of sixty cells from translating as many times.
    """
    return Cell(
        task.code,
        task.letter,
        task.text,
        href,
        status,
        str(words[status]),
        count if status == "insufficient" else "",
    )

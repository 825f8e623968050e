"""quizapp item: what answers say about items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from quizapp.cli import common
from quizapp.domain.item_statistics import ChoiceStatistics
from quizapp.services import exams, item_statistics
from quizapp.services.item_statistics import ItemLine, Report


@click.group("item")
def group() -> None:
    """Items: statistics of their answers."""


COMMANDS: list[click.Command] = [group]


@common.command(group, "stats")
@click.option("--exam", "slug", help="Every sitting of this exam.")
@click.option("--sitting", "sitting_id", type=click.UUID, help="One sitting.")
@click.option("--bank", "bank_id", help="Every item of this bank, over all exams.")
@common.format_option
def stats(slug: str | None, sitting_id: UUID | None, bank_id: str | None, form: str) -> None:
    """Answers, difficulty, correlation with the rest, choices and time of every item.

    Counted are first forms of live attempts that are closed and scored, and on them items that somebody met
    for the first time. Below 30 answers only their number is told. Exits 1 when an item wants to be looked
    at: its key may be wrong, or the weaker do better on it.
    """
    told = _report(slug, sitting_id, bank_id)
    if form == "json":
        common.emit_json(
            {
                "attempts": told.attempts,
                "top_ups_left_out": told.top_ups,
                "items": [_whole(line) for line in told.lines],
            }
        )
    else:
        common.emit([_row(line) for line in told.lines], form, COLUMNS)
        click.echo(f"Counted: {told.attempts} attempts; {told.top_ups} top-ups are left out.")
    if told.flagged:
        common.exit_no(f"To look at: {', '.join(line.item_id for line in told.flagged)}")


COLUMNS = ("item", "version", "task", "n", "difficulty", "correlation", "from", "to", "seconds", "flags")


def _report(slug: str | None, sitting_id: UUID | None, bank_id: str | None) -> Report:
    if [slug, sitting_id, bank_id].count(None) != 2:
        raise common.BadUsage("name one of --exam, --sitting and --bank")
    context = common.context()
    if slug is not None:
        exam_id = exams.get(context, common.CLI, slug).id
        return item_statistics.of_exam(context, common.CLI, exam_id)[1]
    if sitting_id is not None:
        return item_statistics.of_sitting(context, common.CLI, sitting_id)[1]
    return item_statistics.of_bank(context, common.CLI, str(bank_id))


def _row(line: ItemLine) -> dict[str, Any]:
    told = line.statistics
    low, high = told.interval or (None, None)
    return {
        "item": line.item_id,
        "version": line.number,
        "task": line.task_code,
        "n": told.n,
        "difficulty": _decimals(told.difficulty),
        "correlation": _decimals(told.correlation),
        "from": _decimals(low),
        "to": _decimals(high),
        "seconds": _decimals(told.median_seconds, 1),
        "flags": ", ".join(flag.value for flag in line.flags),
    }


def _decimals(value: Any, digits: int = 4) -> str | None:
    return None if value is None else f"{float(value):.{digits}f}"


def _whole(line: ItemLine) -> dict[str, Any]:
    told = line.statistics
    return {
        "bank": line.bank_id,
        "item": line.item_id,
        "version": line.number,
        "type": line.type,
        "task": line.task_code,
        "is_suppressed": told.is_suppressed,
        "n": told.n,
        "difficulty": _number(told.difficulty),
        "correlation": told.correlation,
        "interval": told.interval,
        "median_seconds": _number(told.median_seconds),
        "unanswered": told.unanswered,
        "choices": [_choice(choice) for choice in told.choices],
        "flags": [flag.value for flag in line.flags],
    }


def _choice(choice: ChoiceStatistics) -> dict[str, Any]:
    return {
        "id": choice.id,
        "is_key": choice.is_key,
        "count": choice.count,
        "mean_rest": _number(choice.mean_rest),
        "correlation": choice.correlation,
        "is_suspect": choice.is_suspect,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

"""quizapp case: read the cases of appeals and irregularities. They are decided on pages, by people."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import click

from quizapp.cli import common
from quizapp.services import case_views


@click.group("case")
def group() -> None:
    """Case files of appeals and irregularities."""


COMMANDS: list[click.Command] = [group]


@common.command(group, "list")
@click.option("--open", "is_open", is_flag=True, help="Only those that wait for a decision.")
@common.format_option
def listed(is_open: bool, form: str) -> None:
    """Every case, what has to be decided first on top."""
    rows = [
        {
            "id": str(line.id),
            "reference": line.reference,
            "kind": line.kind.value,
            "state": line.state.value,
            "outcome": line.outcome.value if line.outcome else "",
            "exam": line.exam_title,
            "opened_at": line.opened_at.isoformat(),
            "due_at": line.due_at.isoformat(),
            "overdue": line.is_overdue,
        }
        for line in case_views.listed(common.context(), common.CLI)
        if not is_open or line.closed_at is None
    ]
    common.emit(rows, form)


@common.command(group, "show")
@click.argument("case_id", type=click.UUID)
def show(case_id: UUID) -> None:
    """A case with its letters, its log and its evidence, as JSON; that it was read is noted."""
    told = case_views.view(common.context(), common.CLI, case_id)
    evidence = case_views.evidence(common.context(), common.CLI, case_id)
    common.emit_json({**asdict(told), "evidence": asdict(evidence)})

"""quizapp regrade: look at what a regrade would do, propose it, apply it once approved, take it back.

Approving is for a second person on a page: somebody with a command line could be both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask_babel import force_locale

from quizapp.cli import common
from quizapp.domain.regrade import RegradeKind
from quizapp.ports import Message
from quizapp.services import regrade_views, regrades
from quizapp.services.regrade_views import ChangeLine, Counts
from quizapp.services.regrades import Told


@click.group("regrade")
def group() -> None:
    """Regrades: a wrong item put right, with every score and record that rests on it."""


COMMANDS: list[click.Command] = [group]
KINDS = [kind.value for kind in RegradeKind if kind is not RegradeKind.UNDO]

_item = [
    click.argument("bank_id"),
    click.argument("item_id"),
    click.option("--kind", type=click.Choice(KINDS), required=True, help="What to do about the item."),
    click.option(
        "--answer",
        "answers",
        multiple=True,
        help='A right response as JSON, {"choice": "b"}; may be repeated.',
    ),
    click.option("--version", "number", type=int, help="Its number; the newest unless told."),
]


def _of_item(function: Any) -> Any:
    for decorate in reversed(_item):
        function = decorate(function)
    return function


def _read(answers: Sequence[str]) -> list[object]:
    try:
        return [json.loads(answer) for answer in answers]
    except ValueError as error:
        raise common.BadUsage(f"--answer is no JSON: {error}") from error


@common.command(group, "preview")
@_of_item
@click.option("--lowers", is_flag=True, help="As if released results might become worse.")
@common.format_option
def preview(
    bank_id: str,
    item_id: str,
    kind: str,
    answers: Sequence[str],
    number: int | None,
    lowers: bool,
    form: str,
) -> None:
    """Every score, status and record that a regrade would change; nothing is stored."""
    told = regrade_views.preview(
        common.context(),
        common.CLI,
        bank_id,
        item_id,
        RegradeKind(kind),
        answers=_read(answers),
        number=number,
        lowers=lowers,
    )
    _show(told.counts, told.changes, form)


@common.command(group, "propose")
@_of_item
@click.option("--reason", required=True, help="Why, for whoever approves it.")
def propose(
    bank_id: str, item_id: str, kind: str, answers: Sequence[str], number: int | None, reason: str
) -> None:
    """Propose a regrade; a registrar approves it on its page."""
    regrade_id = regrades.propose(
        common.context(),
        common.CLI,
        bank_id,
        item_id,
        RegradeKind(kind),
        reason=reason,
        answers=_read(answers),
        number=number,
    )
    click.echo(f"Proposed {regrade_id}. A registrar approves it at /regrades/{regrade_id}.")


@common.command(group, "list")
@common.format_option
def listed(form: str) -> None:
    """Every regrade, newest first."""
    rows = [
        {
            "id": str(line.id),
            "bank": line.bank_id,
            "item": line.item_id,
            "version": line.version,
            "kind": line.kind.value,
            "state": "undone" if line.is_undone else line.state.value,
            "proposed_at": line.proposed_at.isoformat(),
        }
        for line in regrade_views.listed(common.context(), common.CLI)
    ]
    common.emit(rows, form)


@common.command(group, "show")
@click.argument("regrade_id", type=click.UUID)
@common.format_option
def show(regrade_id: UUID, form: str) -> None:
    """What a regrade would do as things stand, or what it did."""
    told = regrade_views.view(common.context(), common.CLI, regrade_id)
    _show(told.counts, told.changes, form)


@common.command(group, "apply")
@click.argument("regrade_id", type=click.UUID)
def apply(regrade_id: UUID) -> None:
    """Apply an approved regrade: all of it or nothing. Affected learners get a letter."""
    done = regrades.apply(common.context(), common.CLI, regrade_id, letter)
    click.echo(
        f"Changed {done.changed} scores, spared {done.spared}, "
        f"issued {done.records} records, wrote {done.told} letters."
    )


@common.command(group, "undo")
@click.argument("regrade_id", type=click.UUID)
@click.option("--reason", required=True, help="Why, for whoever approves it.")
def undo(regrade_id: UUID, reason: str) -> None:
    """Propose a further regrade that takes an applied one back; it is approved like any other."""
    made = regrades.undo(common.context(), common.CLI, regrade_id, reason)
    click.echo(f"Proposed {made}. A registrar approves it at /regrades/{made}.")


@common.command(group, "withdraw")
@click.argument("regrade_id", type=click.UUID)
def withdraw(regrade_id: UUID) -> None:
    """Take a proposal back that was not applied."""
    regrades.withdraw(common.context(), common.CLI, regrade_id)
    click.echo(f"Withdrew {regrade_id}.")


def letter(told: Told) -> Message:
    """The letter to a learner whose result changed; the page is named only where its address is known."""
    settings = common.context().settings
    link = f"{settings.public_url.rstrip('/')}/results/{told.attempt_id}" if settings.public_url else ""
    # Rendered past the context processors, for those look up who reads.
    template = current_app.jinja_env.get_template("regrades/letter.txt")
    with force_locale(settings.locale):
        text = template.render(told=told, issuer=settings.issuer_name, link=link)
    return Message(told.email, f"Your result: {told.exam_title}", text.strip() + "\n")


def _show(counts: Counts, changes: Sequence[ChangeLine], form: str) -> None:
    rows = [_row(line) for line in changes]
    if form == "json":
        figures = {name: getattr(counts, name) for name in Counts.__dataclass_fields__}
        common.emit_json({"counts": figures, "changes": rows})
        return
    for name in Counts.__dataclass_fields__:
        click.echo(f"{name:<11} {getattr(counts, name)}")
    common.emit(rows, form)


def _row(line: ChangeLine) -> dict[str, Any]:
    before, after = line.change.before, line.change.after
    return {
        "attempt": str(line.attempt_id),
        "exam": line.exam_title,
        "released": line.is_released,
        "points": f"{before.points}/{before.maximum} -> {after.points}/{after.maximum}",
        "decision": f"{before.decision.value} -> {after.decision.value}",
        "tasks": ", ".join(f"{task.task_code} {task.status.value}" for task in line.change.flips),
        "record": line.record,
        "record_ends": line.record_ends,
        "spared": line.is_spared,
    }

"""quizapp demo: a believable world on one command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from flask.cli import with_appcontext

from quizapp import resources
from quizapp.cli import common, regrades, serving
from quizapp.domain.errors import Refused
from quizapp.services import demo as service

FRAMEWORK, TOUR = "security-cooperation", "tour"
NOT_A_DEMO = (
    "This database already holds people who are not from a demonstration, so nothing was changed. "
    "Name another folder: QUIZAPP_HOME=./demo quizapp demo"
)


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on.")
@click.option("--host", help="Address to serve on.")
@click.option("--serve/--no-serve", default=True, help="Serve when the world is ready, or only prepare it.")
@with_appcontext
def demo(port: int | None, host: str | None, serve: bool) -> None:
    """Prepare a demonstration (once) and serve it; prints the address and the logins."""
    context = common.context()
    serving.upgrade()
    try:
        prepare()
    except Refused as refusal:
        if refusal.code != "not_a_demo_database":
            raise
        raise common.BadUsage(NOT_A_DEMO) from refusal
    known = context.settings
    settings = replace(known, port=port or known.port, host=host or known.host)
    address = f"http://{settings.host}:{settings.port}"
    _print_logins(address if serve else "")
    _print_sights(address)
    if serve:
        serving.run_server(context, settings)


def prepare() -> None:
    """Make the world or complete it, with a progress bar per stage."""
    context = common.context()
    if service.is_complete(context):
        click.echo("The demonstration is ready; nothing was changed.", err=True)
        return
    bar = _Bars()
    shipped = resources.folder("question_banks")
    service.build(context, shipped / FRAMEWORK, shipped / TOUR, bar.say, regrades.letter)
    bar.finish()


class _Bars:
    """One progress bar per stage, on a terminal; a line per stage elsewhere."""

    def __init__(self) -> None:
        self._label = ""
        self._bar: Any = None

    def say(self, label: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` of a stage are done."""
        if label != self._label:
            self.finish()
            self._label = label
            click.echo(f"{label} ({total}) ...", err=True)
            self._bar = common.progress(range(total), total, label).__enter__()
        self._bar.update(done - self._bar.pos)

    def finish(self) -> None:
        """End the bar of the present stage."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


def _print_logins(address: str) -> None:
    click.echo("")
    if address:
        click.echo(f"Open {address} and sign in as one of:")
    else:
        click.echo("Prepared. Sign in as one of:")
    width = max(len(entry.email) for entry in service.LOGINS.values())
    for entry in service.LOGINS.values():
        click.echo(f"  {entry.role.value:<16} {entry.email:<{width}}  {service.PASSWORD}")
    click.echo("")


def _print_sights(address: str) -> None:
    told = service.shown(common.context())
    if told is not None:
        click.echo(f"A record that a regrade replaced: {address}/verify/{told.serial}")
        click.echo(f"The link its holder gave away:    {address}/verify/link/{told.token}")
        click.echo(f"The same as PDF:                  quizapp record export {told.serial} --format pdf")
    click.echo("A token for the records API:      quizapp token create NAME --scope records")
    click.echo(f"What the API offers:              {address}/api/v1/openapi.json")
    click.echo("")


COMMANDS: list[click.Command] = [demo]

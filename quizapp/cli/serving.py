"""Serving pages, and running the rounds of background work."""

from __future__ import annotations

import fcntl
import os
import pkgutil
import signal
import threading
from dataclasses import replace
from typing import IO, Any

import click
from flask.cli import with_appcontext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from quizapp.cli import common
from quizapp.services import health, rounds
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings, variable

#: What each server process runs; named as text, because wiring stands above the commands.
TARGET = "quizapp.app:served"
#: Threads in which requests only wait in line (`web.turnstile`), so that saves behind them get through.
WAITING = 64
#: After SIGTERM requests that were accepted get this long to finish.
STOP_SECONDS = 30


@click.command("serve")
@click.option("--host", help="Address to listen on (QUIZAPP_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (QUIZAPP_PORT).")
@click.option("--workers", type=click.IntRange(1), help="Server processes (QUIZAPP_WORKERS).")
@click.option("--threads", type=click.IntRange(1), help="Request threads per process (QUIZAPP_THREADS).")
@with_appcontext
def serve(**told: Any) -> None:
    """Serve the pages until SIGTERM or Ctrl+C; requests that were accepted are finished.

    With SQLite one process does everything: it upgrades the database and runs the rounds of
    `quizapp work` itself. With PostgreSQL the schema must be current.
    """
    context = common.context()
    wanted = replace(context.settings, **{name: value for name, value in told.items() if value is not None})
    run_server(context, wanted)


def run_server(context: Context, settings: Settings) -> None:
    """Serve with these settings; returns after a graceful stop. Exits 1 when it may not start."""
    lock = _prepare(context, settings)
    # Server processes open their own connections; a forked one would be shared.
    context.engine.dispose()
    os.environ[variable("threads")] = str(settings.threads)
    server = Granian(
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1 if settings.is_sqlite else settings.workers,
        blocking_threads=settings.threads + WAITING,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
        # Each request has a line of ours; the server itself speaks up when something is wrong.
        log_level=LogLevels.error,
    )
    server.on_startup(lambda: _announce(settings))
    try:
        server.serve(target_loader=load, wrap_loader=False)
    finally:
        if lock is not None:
            lock.close()


def load() -> Any:
    """The application of one server process."""
    return pkgutil.resolve_name(TARGET)()


def _announce(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Listening on http://{host}:{settings.port} (stop with Ctrl+C)", err=True)


def _prepare(context: Context, settings: Settings) -> IO[str] | None:
    if settings.is_sqlite:
        lock = _only_server(settings)
        upgrade()
        return lock
    state = health.schema_state(context)
    if not state.is_current:
        common.exit_no(f"The database stands at {state.at or 'nothing'}, this release needs {state.head}: "
                       "run `quizapp db upgrade` first.")  # fmt: skip
    return None


def upgrade() -> None:
    """Bring the database to this release's schema."""
    import flask_migrate

    flask_migrate.upgrade()


def _only_server(settings: Settings) -> IO[str]:
    """Hold the home folder for this server: two writers on one SQLite file starve each other."""
    lock = (settings.home / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        common.exit_no(f"Another `quizapp serve` runs on {settings.home.resolve()}.")
    return lock


@click.command("work")
@click.option("--once", is_flag=True, help="Run one round and stop.")
@with_appcontext
def work(once: bool) -> None:
    """Run rounds of background work: due jobs, closing and scoring, sealing the audit log.

    With PostgreSQL run one or more of these beside `quizapp serve`. With SQLite the server does it.
    """
    context = common.context()
    if once:
        told = rounds.run_round(context)
        common.emit([told.counts], "table")
        if None in told.counts.values():
            common.exit_no("A part of the round failed; the log says why.")
        return
    if context.settings.is_sqlite:
        common.exit_no("With SQLite, `quizapp serve` runs the rounds itself.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Working (stop with Ctrl+C)", err=True)
    rounds.run_until(context, stop)


COMMANDS: list[click.Command] = [serve, work]

"""Whether this installation is fit to run, and fit for real exams."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask import current_app
from flask.cli import with_appcontext

from quizapp.cli import common
from quizapp.services import checks


@click.command("check")
@click.option(
    "--production", is_flag=True, help="Also everything that must not be so where real people sit exams."
)
@common.format_option
@with_appcontext
def check(production: bool, form: str) -> None:
    """Look for what is wrong with the configuration and say what to do; exits 1 when anything is."""
    found = checks.findings(common.context(), is_production=production, is_debug=current_app.debug)
    if form == "json":
        common.emit_json([asdict(finding) for finding in found])
    for finding in found if form == "table" else ():
        click.echo(f"{finding.code}: {finding.what}\n    {finding.remedy}")
    if found:
        common.exit_no(f"{len(found)} to put right.")
    elif form == "table":
        click.echo("Nothing to put right.")


COMMANDS: list[click.Command] = [check]

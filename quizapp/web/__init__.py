"""HTML and JSON over HTTP: parse, call one service, render or redirect."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from quizapp.web import (
    access,
    accounts,
    api,
    attempt_protocol,
    attempts,
    audit,
    bank_files,
    bank_views,
    cases,
    challenges,
    cohorts,
    compression,
    connections,
    console_times,
    errors,
    fragments,
    frameworks,
    health,
    home,
    item_drafts,
    item_grid,
    item_history,
    item_links,
    item_reviews,
    item_statistics,
    item_upkeep,
    items,
    limits,
    markings,
    merges,
    names,
    paper,
    pictures,
    problem_reports,
    pseudo_locale,
    receipts,
    record_currency,
    record_desk,
    record_evidence,
    record_sharing,
    record_standings,
    regrades,
    requests,
    scores,
    sittings,
    stimuli,
    system_check,
    translation,
    verification,
)
from quizapp.web.access import csrf
from quizapp.web.accounts import security_arguments, security_config
from quizapp.web.requests import reader_locale

#: Scripts, styles and the product mark.
STATIC = Path(__file__).parent / "static"
BLUEPRINTS = (
    home.bp,
    frameworks.bp,
    items.bp,
    bank_files.bp,
    bank_views.bp,
    pictures.bp,
    item_statistics.bp,
    item_drafts.bp,
    item_history.bp,
    item_reviews.bp,
    item_grid.bp,
    item_links.bp,
    item_upkeep.bp,
    stimuli.bp,
    sittings.bp,  # exams and sittings share one
    console_times.bp,  # with the console itself
    paper.bp,
    attempts.bp,  # pages and the save protocol share one
    problem_reports.bp,
    system_check.bp,
    scores.bp,
    markings.bp,
    regrades.bp,
    challenges.bp,
    cases.bp,
    record_desk.bp,  # with single records and their verification
    receipts.bp,
    cohorts.bp,  # people and cohorts share one
    connections.bp,
    audit.bp,
    health.bp,
)


def register(app: Flask) -> None:
    """Install routes, hooks, filters and error pages on the application."""
    access.guard(accounts.OUTSIDE_ROUTES, app)
    requests.register(app)
    compression.register(app)
    errors.register(app)
    accounts.register(app)
    limits.register(app)
    verification.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.register(app)


__all__ = [
    "attempt_protocol",
    "csrf",
    "fragments",
    "merges",
    "names",
    "pseudo_locale",
    "reader_locale",
    "record_currency",
    "record_evidence",
    "record_sharing",
    "record_standings",
    "register",
    "security_arguments",
    "security_config",
    "translation",
]

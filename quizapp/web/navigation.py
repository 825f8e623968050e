"""Which links a role sees. A link is shown exactly when its route would answer."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from quizapp.domain.person import Actor, Permission


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a menu."""

    href: str
    label: str
    is_current: bool = False


#: endpoint, what it is called (a key of LABELS), the permission it needs (None: any account)
MAIN: tuple[tuple[str, str, Permission | None], ...] = (
    ("home.index", "home", None),
    ("frameworks.index", "framework", Permission.BROWSE_FRAMEWORK),
    ("items.index", "banks", Permission.BROWSE_BANK),
    ("exams.index", "exams", Permission.PREVIEW_EXAM),
    ("exams.sittings", "sittings", Permission.WATCH_SITTING),
    ("records.index", "records", Permission.PULL_RECORDS),
    ("markings.index", "marking", Permission.MARK_RESPONSES),
    ("regrades.index", "regrades", Permission.PROPOSE_REGRADE),
    ("records.appeals", "appeals", Permission.READ_RESPONSES),
    ("cases.index", "cases", Permission.READ_CASES),
    ("people.index", "people", Permission.MANAGE_PEOPLE),
    ("people.cohorts", "cohorts", Permission.MANAGE_COHORTS),
    ("connections.index", "connections", Permission.MANAGE_CONNECTIONS),
    ("audit.index", "audit", Permission.READ_AUDIT),
)


#: What the links are called.
LABELS = {
    "home": _l("Home"),
    "framework": _l("Framework"),
    "banks": _l("Item banks"),
    "exams": _l("Exams"),
    "sittings": _l("Sittings"),
    "records": _l("Records"),
    "marking": _l("Marking"),
    "regrades": _l("Regrades"),
    "appeals": _l("Appeals"),
    "cases": _l("Cases"),
    "people": _l("People"),
    "cohorts": _l("Cohorts"),
    "connections": _l("Connections"),
    "audit": _l("Audit"),
}


def navigation(actor: Actor) -> list[Link]:
    """The main menu of an actor; empty before signing in."""
    if actor.person_id is None:
        return []
    blueprint = (request.endpoint or "").partition(".")[0]
    return [
        Link(
            url_for(endpoint),
            str(LABELS[name]),
            request.endpoint == endpoint or (blueprint, name) in CURRENT_BY_BLUEPRINT,
        )
        for endpoint, name, permission in MAIN
        if permission is None or actor.may(permission)
    ]


#: Menu entries that stay marked on every page of a blueprint with one entry.
CURRENT_BY_BLUEPRINT = frozenset(
    {
        ("frameworks", "framework"),
        ("items", "banks"),
        ("records", "records"),
        ("markings", "marking"),
        ("regrades", "regrades"),
        ("challenges", "regrades"),
        ("cases", "cases"),
        ("connections", "connections"),
        ("audit", "audit"),
        ("consoles", "sittings"),
        ("problem_reports", "banks"),
    }
)


def account_links(actor: Actor) -> list[Link]:
    """The account menu."""
    if actor.person_id is None:
        return []
    return [
        Link(url_for("people.account"), _("Your account")),
        Link(url_for("security.change_password"), _("Change password")),
        Link(url_for("security.two_factor_setup"), _("Two-step sign-in")),
    ]


def footer_links(actor: Actor) -> list[Link]:
    """Links below every page; a system check is for whoever signed in."""
    links = [
        Link(url_for("records.verify_start"), _("Verify a record")),
        Link(url_for("receipts.check"), _("Check a receipt")),
    ]
    if actor.person_id is not None:
        links.append(Link(url_for("system_check.page"), _("System check")))
    return links

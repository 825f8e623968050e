"""Which routes links must lead a role to: all that open to it, save those named here."""

from __future__ import annotations

from flask import Flask

from quizapp.domain.person import PERMISSIONS, Role
from quizapp.web.access import Door, access_of

#: Nobody finds a link to these.
UNLINKED = {
    # Made of: not pages.
    "static",
    "bootstrap.static",
    "pictures.show",
    # Asked by machines.
    "health.healthz",
    "health.readyz",
    "system_check.now",
    "records.status_list",
    "records.did_document",
    "case.documents",
    "case.document",
    "case.package",
    "case.item",
    # Led to by a letter (looked at in test_steps.py).
    "people.welcome",
    "security.reset_password",
    # Led to by a form of signing in (looked at in test_steps.py).
    "security.verify",
    "security.mf_recovery",
    "security.mf_recovery_codes",
    "security.tf_select",
    "security.two_factor_rescue",
    "security.two_factor_token_validation",
    # Led to by starting an exam (looked at in test_running_exam.py).
    "attempts.item",
    "attempts.next_section",
    "attempts.review",
    "attempts.receipt",
    "attempts.resume_page",
    "attempts.time_up",
}
#: Pages for whoever has not signed in; somebody who has is sent home.
SIGNED_OUT = {"security.login", "security.forgot_password"}
#: What somebody owns. Everybody has the right to open their own; few own any, or may read others'.
OWN_RECORDS = {
    "records.record",
    "records.printable",
    "records.download",
    "records.projection",
    "records.evidence",
    "records.looks",
}
CASES = {"cases.case", "cases.open_page"}
BROUGHT = {"bank_files.import_report", "bank_files.refused"}
OWNED = {
    "scores.result",
    "records.mine",
    "records.my_transcript",
    "records.share",
    *OWN_RECORDS,
    *CASES,
    *BROUGHT,
    # Given away by a learner, who sees it where it is made.
    "records.verify_link",
}
OWNERS = {
    "learner": OWNED,
    "instructor": {"scores.result", *CASES, *BROUGHT},
    "registrar": OWN_RECORDS | CASES,
    "appeal_reviewer": {"records.evidence", "cases.case"},
}
#: Who connects programs finds the description of their interface.
CONNECTORS = {"registrar", "administrator"}
#: The public page of a record is reached from the record, or from the serial printed on it.
OF_A_SERIAL = {"records.verify", "records.verify_json", "records.verify_pdf", "records.issuer"}


def reachable(app: Flask, role: str) -> set[str]:
    """The endpoints somebody of this role of the gates must find links to."""
    told = {e for rule in app.url_map.iter_rules() if _opens(app, e := rule.endpoint, role)}
    if role not in CONNECTORS:
        told.discard("api.openapi")
    told -= UNLINKED | (OWNED - OWNERS.get(role, set()))
    if role == "visitor":
        return told
    return told - SIGNED_OUT - (set() if "records.record" in OWNERS.get(role, ()) else OF_A_SERIAL)


def _opens(app: Flask, endpoint: str, role: str) -> bool:
    rules = app.url_map.iter_rules(endpoint)
    access = access_of(app, endpoint)
    if access is None or not any("GET" in (rule.methods or ()) for rule in rules):
        return False
    if access.permission is not None:
        return role != "visitor" and _role(role) in PERMISSIONS[access.permission]
    return access.door is Door.PUBLIC or (access.door is Door.SIGNED_IN and role != "visitor")


def _role(name: str) -> Role:
    return Role.LEARNER if name == "fresh" else Role(name)

"""How a record is put into words and into the picture, the same on every page that shows one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from quizapp.domain.framework import Framework, TaskStatement
from quizapp.domain.record import Reach, ReasonCategory, RecordStatus
from quizapp.services.record_views import RecordView, as_of
from quizapp.services.verification import Finding
from quizapp.web import task_maps
from quizapp.web.access import context
from quizapp.web.task_maps import Cell, TaskMap


def status_words() -> Mapping[str, str]:
    """What a reader is told of a record, in large words."""
    return {
        RecordStatus.VALID: _("Authentic and current"),
        RecordStatus.SUPERSEDED: _("Superseded"),
        RecordStatus.SUSPENDED: _("Suspended"),
        RecordStatus.REVOKED: _("Revoked"),
        RecordStatus.EXPIRED: _("Expired"),
        "unknown": _("No such record"),
        "forged": _("Not authentic"),
    }


def status_sentences() -> Mapping[str, str]:
    """What each status means for whoever relies on the record."""
    return {
        RecordStatus.VALID: _("This record was issued here, is unchanged and is in force."),
        RecordStatus.SUPERSEDED: _("A later record has taken its place. Rely on that one."),
        RecordStatus.SUSPENDED: _("It is not in force while somebody decides about it."),
        RecordStatus.REVOKED: _("It was withdrawn for good. Do not rely on it."),
        RecordStatus.EXPIRED: _("It was in force until its last day, which has passed."),
        "unknown": _("No current record in this system has this serial. Check every letter of it."),
    }


def finding_sentences() -> Mapping[str, str]:
    """What came of checking a file, for whoever handed it in."""
    return {
        Finding.AUTHENTIC: _("The file is exactly what the issuer signed."),
        Finding.NOT_CANONICAL: _(
            "The file was changed after it was downloaded, if only in its layout. Ask for the original file."
        ),
        Finding.WRONG_DIGEST: _("The contents of the file do not match their own checksum."),
        Finding.UNKNOWN_ISSUER: _("The file was not signed with a key of this issuer."),
        Finding.BAD_SIGNATURE: _("The signature does not belong to these contents."),
        Finding.NO_SUCH_RECORD: _("The signature is ours, but no current record in this system matches it."),
        Finding.NOT_SIGNED: _(
            "This PDF carries no signature. It was not issued as it is: perhaps it was saved anew, or its "
            "end is missing."
        ),
        Finding.NOT_WHOLE: _(
            "The signature does not cover the whole file: something was added to it or cut off, or it was "
            "not issued here."
        ),
        Finding.NO_ATTACHMENT: _("The PDF was signed here, but no record is attached to it."),
        Finding.NOT_AS_ISSUED: _("The signature is ours, but this is not byte for byte the file we issued."),
    }


def chips() -> Mapping[str, tuple[str, str]]:
    """Kind and words of the small mark a status gets in lists."""
    return {
        RecordStatus.VALID: ("ok", _("Current")),
        RecordStatus.SUPERSEDED: ("attention", _("Superseded")),
        RecordStatus.SUSPENDED: ("attention", _("Suspended")),
        RecordStatus.REVOKED: ("danger", _("Revoked")),
        RecordStatus.EXPIRED: ("attention", _("Expired")),
    }


def category_words() -> Mapping[str, str]:
    """What the reason categories are called."""
    return {
        ReasonCategory.ADMINISTRATIVE: _("Administrative"),
        ReasonCategory.CORRECTION: _("Correction"),
        ReasonCategory.IRREGULARITY: _("Irregularity"),
        ReasonCategory.APPEAL: _("Appeal"),
        ReasonCategory.HOLDER_REQUEST: _("Request of the holder"),
        ReasonCategory.NEW_EVIDENCE: _("New evidence"),
        ReasonCategory.KEY_LEAKED: _("The issuer's key became known to others"),
    }


def verb_words() -> Mapping[str, str]:
    """What happened to a record, for its history."""
    return {
        "issue": _("Issued"),
        "suspend": _("Suspended"),
        "reinstate": _("Reinstated"),
        "revoke": _("Revoked"),
        "supersede": _("Superseded"),
    }


def projection_words() -> Mapping[str, tuple[str, str]]:
    """The forms a record can be downloaded in: name, and what each is good for."""
    return {
        "pdf": (
            _("Record (PDF)"),
            _("For people: to keep, send or print; signed, with the record attached."),
        ),
        "json": (_("Signed record (JSON)"), _("The record itself, with our signature.")),
        "openbadge": (
            _("Open Badges 3.0 credential"),
            _("For wallets and for verifiers of other makers; says whether it was withdrawn since."),
        ),
        "clr": (
            _("Transcript (CLR 2.0)"),
            _("Every record of this person that was not withdrawn, as one credential."),
        ),
        "html": (_("Page (HTML)"), _("Opens in any browser, without us.")),
    }


def reach_words() -> Mapping[str, str]:
    """How much a link reveals."""
    return {
        Reach.FULL: _("everything: every task with its text"),
        Reach.COMPETENCIES: _("status, name and competencies, but no single tasks"),
        Reach.STATUS: _("only status, name and dates"),
    }


def headline(payload: Mapping[str, Any]) -> str:
    """The decision in one line, from the signed payload."""
    told = payload["decision"]
    sentences = {
        "met": _("Requirement met: %(shown)s of %(total)s tasks"),
        "not_met": _("Requirement not met: %(shown)s of %(total)s tasks"),
        "insufficient": _("Requirement not decided, too little evidence: %(shown)s of %(total)s tasks"),
    }
    sentence: str = sentences[told["outcome"]]
    return sentence % {"shown": told["demonstrated"], "total": told["tasks"]}


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record ready for a template."""

    record: RecordView
    headline: str
    map: TaskMap | None
    demonstrated: tuple[Mapping[str, Any], ...]
    address: str


def page(record: RecordView) -> RecordPage:
    """Everything a page says about a record."""
    tasks = [task for competency in record.payload["competencies"] for task in competency["tasks"]]
    return RecordPage(
        record=record,
        headline=headline(record.payload),
        map=_map(record.framework, tasks) if record.framework else None,
        demonstrated=tuple(task for task in tasks if task["status"] == "demonstrated"),
        address=address(record.serial),
    )


def _map(framework: Framework, tasks: list[Mapping[str, Any]]) -> TaskMap:
    told = {task["code"]: task for task in tasks}

    def cell(task: TaskStatement) -> Cell:
        known = told.get(task.code)
        if known is None:
            return task_maps.status_cell(task, "not_assessed")
        return task_maps.status_cell(task, known["status"], f"{known['x']}/{known['n']}")

    return task_maps.draw(framework, cell, legend=task_maps.status_legend(task_maps.CERTIFICATION))


def address(serial: str) -> str:
    """Where anybody can verify a record: under the public address, else where this page came from."""
    return _public(url_for("records.verify", serial=serial))


def link_address(token: str) -> str:
    """Where a link that was given away leads."""
    return _public(url_for("records.verify_link", token=token))


def _public(path: str) -> str:
    base = context().settings.public_url or request.host_url
    return base.rstrip("/") + path


def status_then(record: RecordView, day: date) -> str:
    """What was told of a record at the end of a day, in words."""
    status, _entry = as_of(record, day)
    return chips()[status][1] if status else _("Not issued yet")


def percent(share: str) -> str:
    """A share of the payload ("7/10") in percent, with decimals only where there are any."""
    scaled = Fraction(share) * 100
    whole, rest = divmod(scaled.numerator * 10 // scaled.denominator, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def words() -> dict[str, Any]:
    """The vocabularies templates need."""
    return {
        "status_words": status_words(),
        "status_sentences": status_sentences(),
        "chips": chips(),
        "category_words": category_words(),
        "verb_words": verb_words(),
        "projection_words": projection_words(),
        "task_words": task_maps.status_words(),
        "percent": percent,
        "reach_words": reach_words(),
    }

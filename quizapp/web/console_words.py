"""What states, lines of the log and ages are called on the pages of exam day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _

from quizapp.web.requests import reader_zone

#: The chip that shows a state: its colour repeats what the words say.
CHIPS = {
    "offline": "danger",
    "silent": "attention",
    "waiting": "attention",
    "working": "ok",
    "ready": "neutral",
    "not_arrived": "neutral",
    "submitted": "plain",
    "voided": "danger",
}


def words() -> Mapping[str, Mapping[str, str]]:
    """All of them, for a template."""
    return {
        "seat": {
            "offline": _("Offline"),
            "silent": _("Silent"),
            "waiting": _("Waiting"),
            "working": _("Working"),
            "ready": _("Ready"),
            "not_arrived": _("Not arrived"),
            "submitted": _("Submitted"),
            "voided": _("Voided"),
        },
        "kind": {
            "note": _("Note"),
            "time_added": _("Time added"),
            "paused": _("Everybody waits"),
            "went_on": _("Went on"),
            "ended_early": _("Ended early"),
            "announced": _("Announced"),
            "moved": _("Moved to another device"),
            "voided": _("Made void"),
            "checked_in": _("Checked in"),
            "check_in_undone": _("Check-in taken back"),
            "item_suspended": _("Item suspended"),
            "item_restored": _("Item restored"),
            "problem_reported": _("Problem reported"),
        },
        "method": methods(),
    }


def methods() -> dict[str, str]:
    """How somebody was identified."""
    return {
        "photo_id": _("Photo identification"),
        "known_to_proctor": _("Known to the proctor"),
        "other_document": _("Another document"),
    }


def age(seconds: float) -> str:
    """A length of time as short as it can be said."""
    whole = max(0, int(seconds))
    if whole < 120:
        return str(_("%(n)d s", n=whole))
    if whole < 7200:
        return str(_("%(n)d min", n=whole // 60))
    return str(_("%(h)d h %(m)d min", h=whole // 3600, m=whole % 3600 // 60))


def countdown(seconds: int) -> str:
    """Time left, as a clock shows it."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def time_of_day(at: datetime) -> str:
    """Hours, minutes and seconds in the reader's zone."""
    return str(format_datetime(at.astimezone(reader_zone()), "HH:mm:ss", rebase=False))

"""What item types, pools, states and levels are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _


def type_words() -> Mapping[str, str]:
    """Item types by name, in the order of the registry."""
    return {
        "single_choice": _("Single choice"),
        "multiple_response": _("Multiple response"),
        "true_false": _("True or false"),
        "ordering": _("Ordering"),
        "matching": _("Matching"),
        "numeric": _("Numeric"),
        "short_text": _("Short text"),
        "dropdown_cloze": _("Gaps with options"),
        "gap_text": _("Gaps with words"),
        "matrix": _("Matrix"),
        "parametrised_numeric": _("Numeric with parameters"),
        "hotspot": _("Regions of a picture"),
        "essay": _("Essay"),
    }


def pool_words() -> Mapping[str, str]:
    """Pools by name."""
    return {"secure": _("Secure"), "practice": _("Practice")}


def status_words() -> Mapping[str, str]:
    """States of an item by name."""
    return {
        "draft": _("Draft"),
        "in_review": _("In review"),
        "approved": _("Approved"),
        "retired": _("Retired"),
    }


def stage_words() -> Mapping[str, str]:
    """Stages of an item and of its draft by name."""
    return {
        **status_words(),
        "live": _("Live"),
        "discarded": _("Discarded"),
    }


def step_words() -> Mapping[str, str]:
    """Steps in the life of an item, as its history tells them."""
    return {
        "draft": _("Draft begun"),
        "revise": _("Written on"),
        "set_aside": _("A text set aside"),
        "take_up": _("A kept text taken up"),
        "undo": _("Undone"),
        "redo": _("Done again"),
        "rebase": _("Built on the newest version"),
        "submit": _("Submitted"),
        "withdraw": _("Taken back"),
        "assign": _("Reviewer set"),
        "comment": _("Comment"),
        "resolve": _("Comment settled"),
        "reopen": _("Comment opened again"),
        "request_changes": _("Changes requested"),
        "approve": _("Approved"),
        "discard": _("Draft discarded"),
        "freeze": _("Version frozen"),
        "suspend": _("Suspended"),
        "restore": _("Restored"),
        "retire": _("Retired"),
        "practise": _("Moved to the practice pool"),
        "link": _("Kept apart from"),
        "unlink": _("No longer kept apart from"),
    }


def level_words() -> Mapping[str, str]:
    """Cognitive levels by name."""
    return {
        "remember": _("Remember"),
        "understand": _("Understand"),
        "apply": _("Apply"),
        "analyse": _("Analyse"),
        "evaluate": _("Evaluate"),
    }


def words() -> Mapping[str, Mapping[str, str]]:
    """All of them, for a template."""
    return {
        "type": type_words(),
        "pool": pool_words(),
        "status": status_words(),
        "level": level_words(),
        "stage": stage_words(),
        "distribution": {"public": _("Public"), "restricted": _("Restricted")},
        "sme_review": {"pending": _("Expert review pending"), "done": _("Reviewed by experts")},
    }


#: Which chip an item's state wears.
STATUS_CHIPS: Mapping[str, str] = {
    "approved": "ok",
    "in_review": "attention",
    "draft": "pilot",
    "retired": "plain",
}

#: Which chip a stage wears.
DRAFT_CHIPS: Mapping[str, str] = {**STATUS_CHIPS, "live": "ok", "discarded": "plain"}

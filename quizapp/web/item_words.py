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

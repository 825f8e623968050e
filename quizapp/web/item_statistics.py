"""Item statistics of an exam and of a sitting: a table to sort, and what wants to be looked at first."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from flask_babel import gettext as _

from quizapp.domain.item_statistics import FEWEST_ANSWERS, Finding, Flag
from quizapp.domain.person import Permission
from quizapp.services import item_statistics as service
from quizapp.services.item_statistics import Offered, Report
from quizapp.web.access import actor, context, needs
from quizapp.web.item_words import type_words

bp = Blueprint("item_statistics", __name__)


@bp.get("/exams/<uuid:exam_id>/items")
@needs(Permission.READ_ITEM_STATISTICS)
def exam(exam_id: UUID) -> str:
    """The items of every sitting of an exam."""
    return _page(*service.of_exam(context(), actor(), exam_id))


@bp.get("/sittings/<uuid:sitting_id>/items")
@needs(Permission.READ_ITEM_STATISTICS)
def sitting(sitting_id: UUID) -> str:
    """The items of one sitting."""
    return _page(*service.of_sitting(context(), actor(), sitting_id))


def _page(offered: Offered, report: Report) -> str:
    return render_template("item_statistics/table.html", offered=offered, report=report, **facts())


def facts() -> dict[str, Any]:
    """What every page with item statistics needs."""
    return {
        "flag_words": flag_words(),
        "type_words": type_words(),
        "fewest": FEWEST_ANSWERS,
        "percent": percent,
        "decimals": decimals,
        "minutes": minutes,
        "rank": rank,
        "may_regrade": actor().may(Permission.PROPOSE_REGRADE),
    }


def flag_words() -> Mapping[Flag, str]:
    """What is wrong with an item, in few words."""
    return {Flag.MISKEY: _("Key may be wrong"), Flag.BACKWARDS: _("The weaker do better")}


def finding_words() -> Mapping[Finding, str]:
    """What items can be searched for by their answers."""
    return {
        Finding.FLAGGED: _("Want to be looked at"),
        Finding.HARD: _("Few have it right: below %(share)d %%", share=30),
        Finding.EASY: _("Nearly all have it right: above %(share)d %%", share=95),
        Finding.WEAK: _("Tell little (correlation below 0.1)"),
        Finding.FEW: _("Too few answers to say anything"),
    }


def percent(share: Fraction | None) -> str:
    """A share in whole percent, or a dash."""
    return "–" if share is None else f"{round(share * 100)} %"


def decimals(value: float | None) -> str:
    """A correlation with two decimals, or a dash; a minus that looks like one."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def rank(value: float | None) -> str:
    """A correlation as a whole number to sort by; the unknown come first."""
    return "" if value is None else str(round((value + 1) * 1_000_000))


def minutes(seconds: Fraction | None) -> str:
    """A time as minutes and seconds, or a dash."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"

"""Scenarios that items of a bank share: the list, a new one, one to reword once its drafts were shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from quizapp.domain.errors import Invalid, Refused
from quizapp.domain.person import Permission
from quizapp.services import stimuli as service
from quizapp.web import item_help
from quizapp.web.access import actor, context, needs
from quizapp.web.item_drafts import render
from quizapp.web.messages import message

bp = Blueprint("stimuli", __name__, url_prefix="/banks/<bank_id>/scenarios")


@bp.get("")
@needs(Permission.WRITE_ITEM)
def index(bank_id: str) -> str:
    """Every scenario of a bank, and the form for another."""
    return _page(bank_id)


def _page(bank_id: str, problems: Any = ()) -> str:
    told = service.listed(context(), actor(), bank_id)
    return render("drafts/scenarios.html", told=told, given=request.form, problems=_words(problems))


def _words(problems: Any) -> dict[str, str]:
    return {p.field: item_help.sentence(p) for p in problems}


@bp.post("")
@needs(Permission.WRITE_ITEM)
def write(bank_id: str) -> Any:
    """A new scenario."""
    name = request.form.get("id", "")
    return _kept(
        bank_id,
        lambda: service.write(context(), actor(), bank_id, name, *_texts()),
        lambda problems: _page(bank_id, problems),
    )


def _texts() -> tuple[str, str]:
    text = request.form.get("text", "").replace("\r\n", "\n")
    return request.form.get("title", ""), text


@bp.get("/<stimulus_id>")
@needs(Permission.WRITE_ITEM)
def stimulus(bank_id: str, stimulus_id: str) -> str:
    """One scenario."""
    return _one(bank_id, stimulus_id)


def _one(bank_id: str, stimulus_id: str, problems: Any = ()) -> str:
    told = service.listed(context(), actor(), bank_id)
    line = told.line(stimulus_id)
    return render("drafts/scenario.html", told=told, line=line, given=request.form, problems=_words(problems))


@bp.post("/<stimulus_id>")
@needs(Permission.WRITE_ITEM)
def reword(bank_id: str, stimulus_id: str) -> Any:
    """A new wording of a scenario; where drafts follow from it, they are shown and confirmed first."""
    return _kept(
        bank_id,
        lambda: _reword(bank_id, stimulus_id),
        lambda problems: _one(bank_id, stimulus_id, problems),
    )


def _reword(bank_id: str, stimulus_id: str) -> str | None:
    """The page to confirm on, or None once the scenario is reworded."""
    plan = service.plan(context(), actor(), bank_id, stimulus_id, *_texts())
    if plan.has_consequences and "confirmed" not in request.form:
        return render("drafts/scenario_confirm.html", plan=plan, bank_id=bank_id, number=_number(plan))
    drafts = service.reword(context(), actor(), bank_id, stimulus_id, *_texts(), _number(plan))
    if drafts:
        words = ngettext(
            "%(num)d draft was begun. It waits to be submitted.",
            "%(num)d drafts were begun. They wait to be submitted.",
            drafts,
        )
        flash(words, "info")
    return None


def _number(plan: service.Rewording) -> int:
    """The wording whoever writes has seen."""
    return request.form.get("number", plan.line.number, type=int)


def _kept(bank_id: str, work: Callable[[], str | None], again: Callable[[Any], str]) -> Any:
    try:
        page = work()
    except Invalid as error:
        return again(error.problems), 422
    except Refused as error:
        flash(str(message(error.code)), "error")
    else:
        if page is not None:
            return page
        flash(_("The scenario is kept. Items can share it now."), "success")
    return redirect(url_for("stimuli.index", bank_id=bank_id))

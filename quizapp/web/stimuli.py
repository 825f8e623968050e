"""Scenarios that items of a bank share: the list, a new one, one to reword."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

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
    """A new wording of a scenario."""
    return _kept(
        bank_id,
        lambda: service.reword(context(), actor(), bank_id, stimulus_id, *_texts()),
        lambda problems: _one(bank_id, stimulus_id, problems),
    )


def _kept(bank_id: str, work: Callable[[], None], again: Callable[[Any], str]) -> Any:
    try:
        work()
    except Invalid as error:
        return again(error.problems), 422
    except Refused as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("The scenario is kept. Items can share it now."), "success")
    return redirect(url_for("stimuli.index", bank_id=bank_id))

"""What a learner lets others see of a record, and who has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from quizapp.domain.errors import Invalid
from quizapp.domain.record import Reach, read_reach
from quizapp.services import sharing
from quizapp.web import record_pages
from quizapp.web.access import actor, context, signed_in
from quizapp.web.forms.records import LinkForm, ReachForm
from quizapp.web.messages import message
from quizapp.web.record_desk import horizon_words
from quizapp.web.records import bp


def door_words() -> Mapping[str, str]:
    """By which door a record was seen; of a door with a colon the part before it counts."""
    return {
        "list": _("A list of records"),
        "page": _("The page of the record"),
        "desk": _("The start page of a registrar"),
        "print": _("Printed"),
        "json": _("The signed file"),
        "pdf": _("The record as PDF"),
        "csv": _("An export"),
        "xlsx": _("An export"),
        "export": _("An export"),
        "revocations": _("A list of records somebody has to decide about"),
        "name": _("The page on which names are changed"),
        "verify": _("The public page"),
        "link": _("A link you gave away"),
        "currency": _("A list of people was checked"),
        "matrix": _("A cohort by task"),
        "learner": _("All records of the person"),
        "transcript": _("A transcript"),
        "gap letter": _("A letter about what is missing"),
        "evidence": _("The evidence"),
        "responses": _("Responses, for an appeal"),
        "cli": _("A command of an operator"),
        "api": _("Another system"),
    }


def door_word(door: str) -> str:
    """How a door is called."""
    return door_words().get(door.partition(":")[0], _("Another door"))


@bp.get("/records/<serial>/looks")
@signed_in
def looks(serial: str) -> Any:
    """Who saw or took the record, for its holder and registrars."""
    told = sharing.looks(context(), actor(), serial)
    return render_template("records/looks.html", looks=told, serial=serial, door_word=door_word)


@bp.get("/records/<serial>/share")
@signed_in
def share(serial: str) -> Any:
    """What the public page reveals, and links with their own reach and end."""
    told = sharing.sharing(context(), actor(), serial)
    reach_form, link_form = ReachForm(reach=told.reach.value), LinkForm()
    words = record_pages.reach_words()
    reach_form.reach.choices = link_form.link_reach.choices = [(str(one), words[one]) for one in Reach]
    link_form.days.choices = [(str(days), horizon_words(days)) for days in sharing.LINK_DAYS]
    return render_template(
        "records/share.html",
        told=told,
        reach_form=reach_form,
        link_form=link_form,
        reach_words=words,
        public_address=record_pages.address(told.serial),
        link_address=record_pages.link_address,
    )


@bp.post("/records/<serial>/share/reach")
@signed_in
def set_reach(serial: str) -> Any:
    """Choose what the public page reveals."""
    sharing.set_reach(context(), actor(), serial, read_reach(ReachForm().reach.data or ""))
    flash(_("Saved. The public page reveals no more than that from now on."), "success")
    return redirect(url_for("records.share", serial=serial))


@bp.post("/records/<serial>/share/links")
@signed_in
def give_link(serial: str) -> Any:
    """Make a link to give away."""
    form = LinkForm()
    days = int(form.days.data) if (form.days.data or "").isdecimal() else 0
    reach = read_reach(form.link_reach.data or "")
    try:
        sharing.give(context(), actor(), serial, reach, days, form.label.data or "")
    except Invalid as error:
        flash(str(message(error.code)), "error")
    else:
        flash(_("The link is made. Copy it from the list and give it to whom you like."), "success")
    return redirect(url_for("records.share", serial=serial))


@bp.post("/records/<serial>/share/links/<uuid:link_id>/end")
@signed_in
def end_link(serial: str, link_id: UUID) -> Any:
    """End a link at once."""
    sharing.take_back(context(), actor(), serial, link_id)
    flash(_("The link is over. Whoever opens it is told so."), "success")
    return redirect(url_for("records.share", serial=serial))

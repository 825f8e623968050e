"""Letters people get by mail, in words."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from quizapp.ports import Message
from quizapp.services import case_letters
from quizapp.services.invitations import Invitation
from quizapp.services.regrades import Told
from quizapp.web.access import context
from quizapp.web.accounts import public_link


def regrade(told: Told) -> Message:
    """The letter to a learner whose result a regrade changed."""
    issuer = context().settings.issuer_name
    link = public_link("scores.result", attempt_id=told.attempt_id)
    text = render_template("regrades/letter.txt", told=told, issuer=issuer, link=link)
    return Message(told.email, _("Your result: %(exam)s", exam=told.exam_title), text.strip() + "\n")


def invitation(told: Invitation) -> Message:
    """The letter with the link to choose a first password."""
    issuer = context().settings.issuer_name
    link = public_link("people.welcome", token=told.token)
    text = render_template("people/invitation.txt", invitation=told, issuer=issuer, link=link)
    return Message(told.email, _("Your account with %(issuer)s", issuer=issuer), text.strip() + "\n")


def case_file(told: case_letters.Told) -> Message:
    """The letter to the learner of a case."""
    link = public_link("cases.case", case_id=told.case_id)
    issuer = context().settings.issuer_name
    text = render_template("cases/letter.txt", told=told, issuer=issuer, link=link)
    subject = _("Case %(reference)s: %(exam)s", reference=told.reference, exam=told.exam_title)
    return Message(told.email, subject, text.strip() + "\n")

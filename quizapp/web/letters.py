"""Letters people get by mail, in words."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from quizapp.ports import Message
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

"""Programs that read records or are told of changes, for registrars and administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_security.decorators import check_and_update_authn_fresh

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import api_tokens, webhooks
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.connections import SCOPE_LABELS, ReplayForm, TokenForm, WebhookForm
from quizapp.web.messages import message

bp = Blueprint("connections", __name__, url_prefix="/connections")

#: How recent a sign-in has to be for giving away access to every record.
FRESH = timedelta(minutes=15)


@bp.get("")
@needs(Permission.MANAGE_CONNECTIONS)
def index() -> str:
    """Every program that may read records, and every target that is told of changes."""
    return _page()


def _page(form: TokenForm | None = None, webhook_form: WebhookForm | None = None) -> str:
    return render_template(
        "connections/index.html",
        tokens=api_tokens.listed(context(), actor()),
        webhooks=webhooks.listed(context(), actor()),
        form=form or TokenForm(formdata=None),
        webhook_form=webhook_form or WebhookForm(formdata=None),
        scope_labels=SCOPE_LABELS,
    )


@bp.post("/tokens")
@needs(Permission.MANAGE_CONNECTIONS)
def create_token() -> Any:
    """Make a token and show it, this once."""
    if (stale := _sign_in_again()) is not None:
        return stale
    form = TokenForm()
    if not form.validate_on_submit():
        return _page(form), 422
    told = api_tokens.create(context(), actor(), form.name.data, form.scopes.data, form.days.data)
    return render_template("connections/token.html", told=told, name=form.name.data.strip())


def _sign_in_again() -> Any:
    """Where to prove once more who one is, or None when that was a moment ago."""
    if check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
        return None
    flash(str(message("not_fresh")), "warning")
    return redirect(url_for("security.verify", next=url_for("connections.index")))


@bp.post("/tokens/<uuid:token_id>/revoke")
@needs(Permission.MANAGE_CONNECTIONS)
def revoke_token(token_id: UUID) -> Any:
    """End a token."""
    api_tokens.revoke(context(), actor(), token_id)
    flash(_("The token is revoked. Programs that use it are refused from now on."), "success")
    return redirect(url_for("connections.index"))


#: What is wrong with the address of a target, by the domain's reasons.
URL_PROBLEMS = {
    "not_an_address": _l("This is not a web address."),
    "not_https": _l("The address must begin with https://."),
    "has_credentials": _l("Leave out names, passwords and what follows a #."),
    "private": _l("This leads to a private address, where nothing is sent."),
}


@bp.post("/webhooks")
@needs(Permission.MANAGE_CONNECTIONS)
def create_webhook() -> Any:
    """Make a webhook and show its secret, this once."""
    if (stale := _sign_in_again()) is not None:
        return stale
    form = WebhookForm()
    if form.validate_on_submit():
        try:
            told = webhooks.create(context(), actor(), form.url.data)
        except Invalid as error:
            form.url.errors = [str(URL_PROBLEMS[problem.reason]) for problem in error.problems]
        else:
            return render_template("connections/webhook.html", told=told, url=form.url.data.strip())
    return _page(webhook_form=form), 422


@bp.post("/webhooks/<uuid:webhook_id>/disable")
@needs(Permission.MANAGE_CONNECTIONS)
def disable_webhook(webhook_id: UUID) -> Any:
    """Send nothing more to a target."""
    webhooks.disable(context(), actor(), webhook_id)
    flash(_("Nothing more is sent there. Changes from now on are kept for it."), "success")
    return redirect(url_for("connections.index"))


@bp.post("/webhooks/<uuid:webhook_id>/enable")
@needs(Permission.MANAGE_CONNECTIONS)
def enable_webhook(webhook_id: UUID) -> Any:
    """Send to a target again."""
    webhooks.enable(context(), actor(), webhook_id)
    flash(_("Changes are sent again, beginning with what was missed."), "success")
    return redirect(url_for("connections.index"))


@bp.post("/webhooks/<uuid:webhook_id>/replay")
@needs(Permission.MANAGE_CONNECTIONS)
def replay_webhook(webhook_id: UUID) -> Any:
    """Send changes once more."""
    form = ReplayForm()
    if not form.validate_on_submit():
        raise Invalid("unknown_cursor")
    count = webhooks.replay(context(), actor(), webhook_id, form.after.data)
    sentence = ngettext("%(num)s change will be sent.", "%(num)s changes will be sent.", count)
    flash(sentence, "success")
    return redirect(url_for("connections.index"))

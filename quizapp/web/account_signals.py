"""What Flask-Security and Flask-Login say happened, as audit lines.

Where the library's view is about to commit, the line joins that commit; elsewhere the line is
its own transaction, and the library's reading session is ended first so that it blocks nobody.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, g, session
from flask_babel import gettext as _
from flask_login import user_logged_out
from flask_security import (
    password_changed,
    password_reset,
    reset_password_instructions_sent,
    tf_disabled,
    tf_profile_changed,
    user_authenticated,
    user_failed_authn,
)

from quizapp.services import sign_in
from quizapp.web.access import account_session, context

#: What a session may carry over from before signing in.
CARRIED_OVER = frozenset({"_user_id", "_fresh", "_id", "fs_cc", "fs_paa", "_flashes"})


def connect(app: Flask) -> None:
    """Listen to this application's signals."""
    for signal, receiver in (
        (user_authenticated, signed_in),
        (user_failed_authn, failed),
        (user_logged_out, signed_out),
        (password_changed, changed_password),
        (password_reset, did_reset_password),
        (reset_password_instructions_sent, asked_for_reset),
        (tf_profile_changed, changed_codes),
        (tf_disabled, stopped_codes),
    ):
        signal.connect(receiver, app)


def signed_in(app: Flask, user: Any, authn_via: Any = None, **_told: Any) -> None:
    """Start a fresh session and count failures from nought; changing a password is no sign-in."""
    if authn_via == ["change"]:
        return
    for name in [name for name in session if name not in CARRIED_OVER]:
        del session[name]
    g.pop("csrf_token", None)
    sign_in.succeeded(context(), account_session(), user)


def failed(app: Flask, user: Any, auth_type: str = "", **_told: Any) -> None:
    """Count a wrong password or code against the account."""
    person_id = user.id
    account_session().rollback()
    sign_in.failed(context(), person_id, auth_type)


def signed_out(app: Flask, user: Any = None, **_told: Any) -> None:
    """End every session of the account."""
    if getattr(user, "id", None) is None:
        return
    sign_in.signed_out(context(), user.id)
    flash(_("You are signed out, on every device."), "success")


def changed_password(app: Flask, user: Any, **_told: Any) -> None:
    """A person changed their password."""
    user.password_set_at = context().clock.now()
    sign_in.witness(context(), account_session(), user.id, "change_password")


def did_reset_password(app: Flask, user: Any, **_told: Any) -> None:
    """A person set a password by a link; whatever made the account rest is over."""
    user.password_set_at = context().clock.now()
    user.failed_logins, user.slowed_until = 0, None
    sign_in.witness(context(), account_session(), user.id, "reset_password")


def asked_for_reset(app: Flask, user: Any, **_told: Any) -> None:
    """A link was asked for, by whomever."""
    person_id = user.id
    account_session().rollback()
    sign_in.reset_requested(context(), person_id)


def changed_codes(app: Flask, user: Any, method: str = "", **_told: Any) -> None:
    """Two-step sign-in was set up."""
    sign_in.witness(context(), account_session(), user.id, "set_totp")


def stopped_codes(app: Flask, user: Any, **_told: Any) -> None:
    """Two-step sign-in was turned off; recovery codes go with it."""
    user.mf_recovery_codes = None
    user.tf_last_counter = None
    sign_in.witness(context(), account_session(), user.id, "remove_totp")

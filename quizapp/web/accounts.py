"""Signing in and out: how Flask-Security is configured, dressed and audited."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Flask, abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.utils import set_request_attr, uia_email_mapper

from quizapp.domain.person import MIN_PASSWORD_LENGTH, Role
from quizapp.ports import Clock
from quizapp.services import people, sign_in
from quizapp.settings import Settings
from quizapp.web import account_signals
from quizapp.web.access import Access, Door, account_session, awaits_totp, context
from quizapp.web.account_messages import SECURITY_MESSAGES, SUBJECTS
from quizapp.web.account_parts import OneTimeCodes, PasswordRules, PortMail, RecoveryCodes
from quizapp.web.forms import accounts as forms

#: Endpoints of extensions, which cannot carry our decorators.
OUTSIDE_ROUTES: dict[str, Access] = {
    "static": Access(Door.PUBLIC),
    "bootstrap.static": Access(Door.PUBLIC),
    "security.login": Access(Door.PUBLIC),
    "security.logout": Access(Door.SIGNED_IN),
    "security.verify": Access(Door.SIGNED_IN),
    "security.change_password": Access(Door.SIGNED_IN),
    "security.forgot_password": Access(Door.PUBLIC),
    "security.reset_password": Access(Door.PUBLIC),
    "security.two_factor_setup": Access(Door.SIGNED_IN),
    "security.two_factor_setup_validate": Access(Door.SIGNED_IN),
    "security.two_factor_token_validation": Access(Door.PUBLIC),
    "security.mf_recovery_codes": Access(Door.SIGNED_IN),
    "security.mf_recovery": Access(Door.PUBLIC),
    "security.two_factor_rescue": Access(Door.PUBLIC),
    "security.tf_select": Access(Door.PUBLIC),
}

#: Routes of the library that no setting removes and nothing here needs: they do not exist.
CLOSED_ROUTES = frozenset({"security.two_factor_rescue", "security.tf_select"})

SESSION_HOURS = 12
RESET_HOURS = 24
#: After so long, what changes the account asks for the password once more.
FRESH_MINUTES = 15
RECOVERY_CODES = 8


def _derive(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, all from the installation's one secret."""
    return hmac.digest(secret, f"quizapp accounts {purpose}".encode(), hashlib.sha256)


def security_config(settings: Settings, clock: Clock, secret: bytes) -> dict[str, Any]:
    """Flask-Security's configuration for these settings; ``secret`` is the configured secret key."""
    options = {
        **_passwords(secret),
        **_two_steps(settings, secret),
        **_ways(),
        **SUBJECTS,
        **{f"MSG_{name}": told for name, told in SECURITY_MESSAGES.items()},
        "DATETIME_FACTORY": clock.now,
        "EMAIL_SENDER": settings.mail_from,
        "EMAIL_HTML": False,
    }
    return {
        **{f"SECURITY_{name}": value for name, value in options.items()},
        # A change of network or browser must not sign anybody out in the middle of an exam.
        "SESSION_PROTECTION": None,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=SESSION_HOURS),
    }


def _passwords(secret: bytes) -> dict[str, Any]:
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SALT": _derive(secret, "password salt").hex(),
        "PASSWORD_LENGTH_MIN": MIN_PASSWORD_LENGTH,
        "CHANGEABLE": True,
        "RECOVERABLE": True,
        "RESET_PASSWORD_WITHIN": timedelta(hours=RESET_HOURS),
    }


def _two_steps(settings: Settings, secret: bytes) -> dict[str, Any]:
    recovery = base64.urlsafe_b64encode(_derive(secret, "recovery codes"))
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_POST_SETUP_VIEW": "people.account",
        "TOTP_SECRETS": {"1": _derive(secret, "one-time codes").hex()},
        "TOTP_ISSUER": settings.issuer_name.replace(":", " ") or "quizapp",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [recovery],
    }


def _ways() -> dict[str, Any]:
    return {
        "TRACKABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": uia_email_mapper, "case_insensitive": False}}],
        "FRESHNESS": timedelta(minutes=FRESH_MINUTES),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=FRESH_MINUTES),
        # /verify is where anybody checks a completion record.
        "VERIFY_URL": "/sign-in-again",
        "API_ENABLED_METHODS": ["session"],
        "POST_LOGIN_VIEW": "home.index",
        "POST_LOGOUT_VIEW": "security.login",
        "POST_CHANGE_VIEW": "people.account",
        # Its commands would write without an audit line, its files carry styles of its own.
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "STATIC_FOLDER": None,
    }


def security_arguments() -> dict[str, Any]:
    """Classes Flask-Security is given instead of its own."""
    return {
        "login_form": forms.SignInForm,
        "verify_form": forms.AgainForm,
        "forgot_password_form": forms.ForgotForm,
        "reset_password_form": forms.ResetForm,
        "change_password_form": forms.ChangeForm,
        "two_factor_setup_form": forms.CodesSetupForm,
        "two_factor_rescue_form": forms.NoRescueForm,
        "two_factor_verify_code_form": forms.CodeForm,
        "mf_recovery_form": forms.RecoveryForm,
        "mail_util_cls": PortMail,
        "password_util_cls": PasswordRules,
        "totp_cls": OneTimeCodes,
        "mf_recovery_codes_util_cls": RecoveryCodes,
    }


def register(app: Flask) -> None:
    """Install what surrounds signing in: who is loaded, what is audited, what stays shut."""
    security = app.extensions["security"]
    security.want_json(lambda _request: False)
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    # Sessions only: no token in a header or an address signs anybody in.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    # Roles are looked at by `access`; this library would load the account for every save as well.
    security.principal.identity_loaders.clear()
    security.context_processor(_page_facts)
    account_signals.connect(app)
    app.teardown_request(_end_session)
    app.before_request(_stay_shut)
    app.before_request(_lead_to_setup)
    app.context_processor(lambda: {"account_name": getattr(current_user, "name", "")})
    app.jinja_env.globals["public_link"] = public_link


def _load(uniquifier: str) -> Any:
    row = sign_in.account(context(), str(uniquifier))
    if row is not None:
        set_request_attr("fs_authn_via", "session")
        set_request_attr("fs_paa", session.get("fs_paa", 0))
    return row


def _end_session(_error: BaseException | None) -> None:
    """What the library read ends with its request, even where the application context lives on."""
    account_session().remove()


def _page_facts() -> dict[str, Any]:
    is_sign_in = request.endpoint == "security.login"
    return {"demo_logins": people.demo_logins(context()) if is_sign_in else []}


def _stay_shut() -> None:
    if request.endpoint in CLOSED_ROUTES:
        abort(404)


def _lead_to_setup() -> Any:
    """Staff who still have to set up a second step start there, unless they are learners too."""
    if request.endpoint != "home.index" or not awaits_totp() or Role.LEARNER in current_user.role_set:
        return None
    flash(_("Your roles need two-step sign-in. Set it up first; it takes two minutes."), "info")
    return redirect(url_for("security.two_factor_setup"))


def public_link(endpoint: str, **values: Any) -> str:
    """The address of a page as people reach it, for mail; never what a request's Host header says
    where the installation knows its own address."""
    base = context().settings.public_url.rstrip("/")
    return base + url_for(endpoint, **values) if base else url_for(endpoint, _external=True, **values)

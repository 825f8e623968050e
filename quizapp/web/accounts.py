"""Signing in and out: how Flask-Security is configured, dressed and audited."""

from __future__ import annotations

from typing import Any

from flask import Flask

from quizapp.ports import Clock
from quizapp.settings import Settings
from quizapp.web.access import Access, Door

#: Endpoints of extensions, which cannot carry our decorators.
OUTSIDE_ROUTES: dict[str, Access] = {
    "static": Access(Door.PUBLIC),
    "bootstrap.static": Access(Door.PUBLIC),
    "security.login": Access(Door.PUBLIC),
    "security.logout": Access(Door.SIGNED_IN),
    "security.change_password": Access(Door.SIGNED_IN),
    "security.forgot_password": Access(Door.PUBLIC),
    "security.reset_password": Access(Door.PUBLIC),
    "security.two_factor_setup": Access(Door.SIGNED_IN),
    "security.verify": Access(Door.SIGNED_IN),
}


def security_config(settings: Settings, clock: Clock) -> dict[str, Any]:
    """Flask-Security's configuration for these settings."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_TRACKABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {"1": "replaced by the accounts module"},
        "SECURITY_TOTP_ISSUER": "quizapp",
        "SECURITY_TWO_FACTOR_RESCUE_MAIL": settings.mail_from,
        "SECURITY_EMAIL_SENDER": settings.mail_from,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": True,
    }


def security_arguments() -> dict[str, Any]:
    """Classes Flask-Security is given instead of its own."""
    return {}


def register(app: Flask) -> None:
    """Install hooks around signing in."""

"""Who may call a route. Every route is classified; an unclassified one does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import CSRFProtect

from quizapp.domain.api_token import Scope
from quizapp.domain.errors import Forbidden
from quizapp.domain.person import NOBODY, STAFF_ROLES, Actor, Permission
from quizapp.services import api_tokens, people, saving
from quizapp.services.unit_of_work import Context

csrf = CSRFProtect()
TOKEN_HEADER = "X-Attempt-Token"
View = TypeVar("View", bound=Callable[..., Any])


class Door(StrEnum):
    """How a route is guarded."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PERMISSION = "permission"
    ATTEMPT_TOKEN = "attempt_token"
    API_TOKEN = "api_token"


@dataclass(frozen=True, slots=True)
class Access:
    """The classification of one route; permissions are checked again by the service it calls."""

    door: Door
    permission: Permission | None = None
    scope: Scope | None = None


def public(view: View) -> View:
    """Anybody may call this route."""
    return _classify(view, Access(Door.PUBLIC))


def signed_in(view: View) -> View:
    """Anybody with an account may call this route; the service checks ownership."""
    return _classify(view, Access(Door.SIGNED_IN))


def attempt_token(view: View) -> View:
    """The signed attempt token is the right to call this route; the login is not looked at.

    Nobody else can know the token, so it also takes the place of the form's CSRF check, which
    would fail when a login expires in the middle of an exam.
    """
    csrf.exempt(view)
    return _classify(view, Access(Door.ATTEMPT_TOKEN))


def api_token(scope: Scope) -> Callable[[View], View]:
    """Only a program whose token has this scope may call this route; a login is not looked at.

    A browser never sends the token by itself, so there is no request to forge.
    """

    def classify(view: View) -> View:
        csrf.exempt(view)
        return _classify(view, Access(Door.API_TOKEN, scope=scope))

    return classify


def needs(permission: Permission) -> Callable[[View], View]:
    """Only roles that hold ``permission`` may call this route."""
    return lambda view: _classify(view, Access(Door.PERMISSION, permission))


def _classify(view: View, access: Access) -> View:
    view.quizapp_access = access  # type: ignore[attr-defined]
    return view


def context() -> Context:
    """The services' context of the running application."""
    told: Context = current_app.extensions["quizapp"]
    return told


def actor() -> Actor:
    """Whoever sent this request; staff roles sleep until a required second step is set up."""
    account = current_user._get_current_object()
    if not account.is_authenticated:
        return NOBODY
    told: Actor = account.actor
    return replace(told, roles=told.roles - STAFF_ROLES) if _awaits_totp(account, told) else told


def awaits_totp() -> bool:
    """Whether this is a member of staff who has yet to set up the required second step."""
    account = current_user._get_current_object()
    return account.is_authenticated and _awaits_totp(account, account.actor)


def _awaits_totp(account: Any, told: Actor) -> bool:
    if not told.is_staff or account.tf_primary_method is not None:
        return False
    return people.staff_needs_totp(context())


def account_session() -> Any:
    """The session in which Flask-Security reads and writes accounts, and which it commits."""
    return current_app.extensions["security"].datastore.db.session


def access_of(app: Flask, endpoint: str) -> Access | None:
    """How an endpoint is classified, or None when it is not."""
    outside: Mapping[str, Access] = app.extensions["quizapp_outside_routes"]
    if endpoint in outside:
        return outside[endpoint]
    return getattr(app.view_functions.get(endpoint), "quizapp_access", None)


def token() -> str:
    """The attempt token of this request: a header of scripts, a field of plain forms."""
    return request.headers.get(TOKEN_HEADER) or request.form.get("token", "")


def address() -> str:
    """Where this request came from, as far as the trusted proxies say."""
    return request.remote_addr or ""


def _need_token() -> None:
    told = saving.claim(context(), token())
    if told.attempt_id != (request.view_args or {}).get("attempt_id"):
        raise Forbidden("bad_token")


def _need_bearer(scope: Scope) -> None:
    told = request.authorization
    is_bearer = told is not None and told.type == "bearer"
    g.bearer = api_tokens.authenticate(context(), (told.token or "") if told and is_bearer else "", scope)


def guard(outside: Mapping[str, Access], app: Flask) -> None:
    """Enforce the classification of every route; ``outside`` classifies extensions' endpoints."""
    app.extensions["quizapp_outside_routes"] = outside

    @app.before_request
    def enforce() -> Any:
        if request.endpoint is None:
            return None
        access = access_of(app, request.endpoint)
        if access is None:
            raise RuntimeError(f"route {request.endpoint} is not classified")
        if access.door is Door.ATTEMPT_TOKEN:
            _need_token()
        if access.scope is not None:
            _need_bearer(access.scope)
        if access.door in (Door.PUBLIC, Door.ATTEMPT_TOKEN, Door.API_TOKEN):
            return None
        if not current_user.is_authenticated:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("security.login", next=back))
        if access.permission is not None and not actor().may(access.permission):
            if awaits_totp() and current_user.actor.may(access.permission):
                flash(_("This page needs two-step sign-in. Set it up first."), "info")
                return redirect(url_for("security.two_factor_setup"))
            raise Forbidden("not_allowed", permission=access.permission.value)
        return None

"""Wires everything together: settings, database, ports, services, pages and commands."""

from __future__ import annotations

import os
import sys
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from quizapp import cli, resources
from quizapp.cli import common
from quizapp.integrations import keys as key_files
from quizapp.integrations import logs, markdown
from quizapp.integrations.attempt_tokens import AttemptTokens
from quizapp.integrations.entropy import SystemEntropy
from quizapp.integrations.mail import mailer
from quizapp.integrations.passwords import SecurityPasswordHasher
from quizapp.integrations.pdf_signatures import PdfSigner
from quizapp.integrations.signing import Ed25519Signer, HmacSealer
from quizapp.integrations.webhook_client import HttpPoster
from quizapp.ports import Clock, Entropy, Mailer, SystemClock
from quizapp.services import rounds
from quizapp.services.unit_of_work import Context
from quizapp.settings import BadSetting, Settings, load
from quizapp.store import engine, schema
from quizapp.store.append_batches import Appends
from quizapp.store.group_commit import GroupCommit
from quizapp.store.people import RowPerson, RowRole

#: How long one thread may keep the interpreter while others wait for it (Python's own is 5 ms): a save
#: that comes back from the disk waits so long for each page at work.
SWITCH_SECONDS = 0.001


class MissingHome(BadSetting):
    """The home folder does not exist and this command may not create it."""


def create_app(
    settings: Settings | None = None,
    *,
    creates: bool = False,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    mail: Mailer | None = None,
) -> Flask:
    """The application for these settings (default: the environment's).

    ``creates`` allows the home folder to be made; without it a missing one raises `MissingHome`.
    """
    # The pages and what they need are imported here, so that a command's help does not wait for them.
    from flask_migrate import Migrate

    from quizapp import web

    settings = settings or load(os.environ)
    _need_home(settings, creates)
    logs.configure(settings)
    keys = key_files.load(settings)
    clock = clock or SystemClock()
    app = Flask("quizapp", template_folder=str(resources.folder("templates")), static_folder=str(web.STATIC))
    app.config.from_mapping(_config(settings, keys, clock))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    engine.db.init_app(app)
    Migrate(app, engine.db, directory=str(resources.folder("migrations")), render_as_batch=True)
    with app.app_context():
        engine.prepare(engine.db.engine)
        database = engine.db.engine
    app.extensions["quizapp"] = Context(
        engine=database,
        settings=settings,
        clock=clock,
        entropy=entropy or SystemEntropy(),
        mailer=mail or mailer(settings),
        poster=HttpPoster(allows_private=settings.webhook_private_addresses),
        signer=Ed25519Signer(keys.signing),
        documents=PdfSigner(keys.signing),
        sealer=HmacSealer(keys.audit),
        tokens=AttemptTokens(keys.token),
        passwords=SecurityPasswordHasher(settings.hash_concurrency),
        saves=GroupCommit(database),
        appends=Appends(database),
    )
    _extensions(app)
    app.jinja_env.filters |= markdown.FILTERS
    web.register(app)
    cli.register(app)
    return app


def served() -> Flask:
    """What a server process runs; with SQLite it is the only process, so it does the rounds as well."""
    from quizapp.web.turnstile import Turnstile

    app = create_app()
    context: Context = app.extensions["quizapp"]
    app.wsgi_app = Turnstile(app.wsgi_app, context.settings.threads)  # type: ignore[method-assign]
    sys.setswitchinterval(SWITCH_SECONDS)
    if context.settings.is_sqlite:
        rounds.start_thread(context)
    return app


def _need_home(settings: Settings, creates: bool) -> None:
    if settings.home.is_dir():
        return
    if not creates:
        raise MissingHome(
            f"{settings.home.resolve()} does not exist; `quizapp demo`, `quizapp serve` and "
            "`quizapp db upgrade` create it, or set QUIZAPP_HOME"
        )
    settings.home.mkdir(mode=0o700, parents=True)


def _config(settings: Settings, keys: key_files.Keys, clock: Clock) -> dict[str, Any]:
    from quizapp import web

    return {
        "SECRET_KEY": keys.secret,
        "SQLALCHEMY_DATABASE_URI": settings.url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine.engine_options(settings),
        "MAX_CONTENT_LENGTH": settings.max_upload_bytes,
        "SESSION_COOKIE_NAME": "quizapp",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        # The default of an hour would make forms fail in the middle of a long exam.
        "WTF_CSRF_TIME_LIMIT": None,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "BABEL_DEFAULT_LOCALE": settings.locale,
        "BABEL_DEFAULT_TIMEZONE": settings.zone,
        **web.security_config(settings, clock, keys.secret),
    }


def _extensions(app: Flask) -> None:
    from flask_babel import Babel
    from flask_bootstrap import Bootstrap5
    from flask_security import Security, SQLAlchemyUserDatastore

    from quizapp import web

    web.csrf.init_app(app)
    Bootstrap5(app)
    Babel(app, locale_selector=web.reader_locale)
    web.translation.install(app)
    web.fragments.install(app)
    datastore = SQLAlchemyUserDatastore(engine.db, RowPerson, RowRole)
    Security(app, datastore, **web.security_arguments())
    app.extensions["quizapp"].passwords.install(app)
    if app.extensions["quizapp"].settings.pseudo_locale:
        web.pseudo_locale.install(app)


def _creates(arguments: list[str]) -> bool:
    return arguments[:1] in (["demo"], ["serve"]) or arguments[:2] == ["db", "upgrade"]


def main() -> None:
    """The console script."""
    arguments = sys.argv[1:]
    group = cli.group(lambda: create_app(creates=_creates(arguments)))
    sys.exit(common.run(group, arguments))


__all__ = ["create_app", "main", "schema", "served"]

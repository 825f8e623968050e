"""How often the same visitor or program may ask; checked where a view says so."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

#: Counts in this process: with several of them each allows as much.
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def register(app: Flask) -> None:
    """Install the limiter."""
    limiter.init_app(app)
    # Limits are checked where a view says so; every other request need not be looked at.
    app.before_request_funcs[None].remove(limiter._check_request_limit)

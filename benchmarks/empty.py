"""`python -m benchmarks.empty --port N`: the product with one more route that does nothing.

The route stands behind the attempt token, as saving does, and answers. Hooks and server are those
of a save, so the difference between the two is what saving itself costs.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any
from uuid import UUID

from flask import Flask, jsonify
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from quizapp.app import SWITCH_SECONDS, create_app
from quizapp.cli.serving import WAITING
from quizapp.services.unit_of_work import Context
from quizapp.web.access import attempt_token

PATH = "/attempts/{attempt_id}/nothing"


def build() -> Flask:
    """The application of one server process."""
    app = create_app()
    sys.setswitchinterval(SWITCH_SECONDS)

    @app.post(PATH.format(attempt_id="<uuid:attempt_id>"))
    @attempt_token
    def nothing(attempt_id: UUID) -> Any:
        return jsonify({"protocol": 1})

    return app


def load(_target: str) -> Flask:
    """What granian calls in each server process."""
    return build()


def main() -> None:
    """Serve as `quizapp serve` does, without its background work."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    told: Context = build().extensions["quizapp"]
    told.engine.dispose()
    Granian(
        "benchmarks.empty:build",
        port=port,
        interface=Interfaces.WSGI,
        workers=1 if told.settings.is_sqlite else told.settings.workers,
        blocking_threads=told.settings.threads + WAITING,
        websockets=False,
        log_level=LogLevels.error,
    ).serve(target_loader=load, wrap_loader=True)


if __name__ == "__main__":
    main()

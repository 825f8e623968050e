"""Structured logs with a request id. Known secret-bearing fields never reach them."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from quizapp.settings import Settings

#: Field names whose values are never written, whoever logs them.
SECRET_FIELDS = frozenset(
    [
        "password",
        "token",
        "key",
        "secret",
        "payload",
        "response",
        "answer",
        "cookie",
        "authorization",
        "csrf_token",
    ]
)


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field that could carry a secret or a response."""
    for name in event.keys() & SECRET_FIELDS:
        event[name] = "[hidden]"
    return event


def configure(settings: Settings) -> None:
    """Set up logging for this process, on standard error."""
    level = getattr(logging, settings.log_level.upper(), logging.INFO)
    as_json = settings.log_format == "json"
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            structlog.processors.dict_tracebacks if as_json else structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )

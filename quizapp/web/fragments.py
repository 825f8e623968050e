"""Parts of pages that come out the same for many readers, drawn once for each language and kept."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from flask import Flask, current_app, request
from flask_babel import get_locale
from markupsafe import Markup

#: The frames of pages in some languages, and the maps of frameworks; the largest takes 40 kB.
KEPT = 128


def install(app: Flask) -> None:
    """Let templates say ``drawn_once(template, macro, facts)`` where these facts decide everything.

    What is kept belongs to nobody: no name, no token and no answer may be among the facts.
    """

    @lru_cache(KEPT)
    def kept(_language: str, _root: str, template: str, macro: str, *facts: Hashable) -> Markup:
        told: Markup = getattr(current_app.jinja_env.get_template(template).module, macro)(*facts)
        return told

    def drawn_once(template: str, macro: str, *facts: Hashable) -> Markup:
        # Addresses are part of what is kept, and begin where the application is mounted.
        return kept(str(get_locale()), request.script_root, template, macro, *facts)

    app.jinja_env.globals["drawn_once"] = drawn_once

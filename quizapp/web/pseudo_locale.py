"""A language nobody speaks: every translated text marked and a third longer.

What a page then shows without marks was never handed to gettext, and what no longer fits would
not fit in German either.
"""

from __future__ import annotations

import re

from babel.support import NullTranslations
from flask import Flask
from flask_babel import Domain

OPEN, CLOSE = "⟦", "⟧"
_PLACEHOLDER = re.compile(r"(%\(\w+\)[a-z]|%%|\{\w*\})")
_ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "àéîöûýÀÉÎÖÛÝçñšž")
PADDING = "·"
LONGER = 3
#: Longer words than this do not break a page: no language has them.
LONGEST_WORD = 24


def decorate(text: str) -> str:
    """The text in the pseudo-language, with its placeholders untouched."""
    if not text.strip():
        return text
    pieces = _PLACEHOLDER.split(text)
    accented = "".join(
        piece if _PLACEHOLDER.fullmatch(piece) else piece.translate(_ACCENTS) for piece in pieces
    )
    whole, rest = divmod(len(text) // LONGER, LONGEST_WORD)
    padding = f"{PADDING * LONGEST_WORD} " * whole + PADDING * rest
    return f"{OPEN}{accented}{padding.rstrip()}{CLOSE}"


class PseudoTranslations(NullTranslations):
    """Translates everything by decorating it."""

    def gettext(self, message: str) -> str:
        """One text, decorated; forms also hand over lazy texts, which come decorated."""
        text = str(message)
        return text if text.startswith(OPEN) else decorate(text)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text for a number, decorated."""
        return decorate(msgid1 if n == 1 else msgid2)

    ugettext, ungettext = gettext, ngettext


class PseudoDomain(Domain):
    """A domain whose every translation is the decorated source."""

    def get_translations(self) -> NullTranslations:
        """The pseudo-language, whatever the reader's locale."""
        return PseudoTranslations()


def install(app: Flask) -> None:
    """Make the pseudo-language the only one of this application."""
    app.extensions["babel"].instance.domain_instance = PseudoDomain()
    app.extensions["security"].i18n_domain = PseudoDomain()

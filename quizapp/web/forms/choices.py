"""Choices whose words come from the database, so that nobody takes them for ours to translate."""

from __future__ import annotations

from markupsafe import Markup
from wtforms.fields.choices import SelectChoice

DATA = {"translate": "no"}


def of_data(value: str, label: str = "") -> SelectChoice:
    """A choice that shows data, such as a person's name."""
    return SelectChoice(value, label or value, DATA)


def of_data_and_words(value: str, label: str, words: str) -> SelectChoice:
    """A choice that shows data and, after it, words of ours."""
    return SelectChoice(value, Markup('<span translate="no">{}</span> · {}').format(label, words))

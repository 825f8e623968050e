"""The page of each type: its controls send what `parse` reads, and hold nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from quizapp.domain.item_types import ITEM_TYPES, Mark
from quizapp.domain.item_types.base import as_stored

TEMPLATES = Path(__file__).parents[3] / "templates"


class Controls(HTMLParser):
    """What a browser would send, plus every id and every labelled one."""

    def __init__(self):
        super().__init__()
        self.fields, self.ids, self.labelled, self.tags = {}, [], [], []
        self._select, self._text = None, ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if "for" in given:
            self.labelled.append(given["for"])
        if tag == "select":
            self._select = given["name"]
        elif tag == "textarea":
            self._text = given["name"]
        elif (tag == "option" and "selected" in given) or (
            tag == "input" and (given["type"] == "text" or "checked" in given)
        ):
            self.fields.setdefault(given.get("name", self._select), []).append(given["value"])

    def handle_data(self, data):
        if self._text:
            self.fields[self._text] = [data]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._text = ""


@pytest.fixture(scope="module")
def macros():
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters["markdown"] = lambda text: Markup("<p>%s</p>") % escape(text)
    environment.filters["markdown_plain"] = str
    environment.globals["_"] = lambda text, **values: text % values if values else text
    return environment.get_template("items/any.html").module


@pytest.fixture
def entered(macros, any_type):
    """Renders the entry of a type's example with a response filled in."""

    def render(response):
        content, _ = any_type.split(any_type.example())
        html = macros.entry(any_type.present(content, as_stored), response, 7)
        controls = Controls()
        controls.feed(html)
        return content, controls

    return render


def test_a_page_sends_back_the_response_it_shows(any_type, right, entered):
    content, controls = entered(right(any_type))
    assert any_type.parse(content, controls.fields) == right(any_type)


QUAY = {"name": "quay.png", "width": 480, "height": 240, "alt": "A quay"}
COLUMNS = [{"id": name, "text": name.upper()} for name in ("yes", "no", "perhaps")]
OTHERS = [
    ("gap_text", {"distractors": None}, {"words": {"first": "a word", "second": "another"}}, "word-first"),
    ("hotspot", {"picture": QUAY, "several": True}, {"choices": ["east", "fuel"]}, "/media/quay.png"),
    ("matrix", {"columns": COLUMNS}, {"cells": {"open": "perhaps", "seal": "yes"}}, "PERHAPS"),
]


@pytest.mark.parametrize(("name", "changes", "response", "shown"), OTHERS, ids=[row[0] for row in OTHERS])
def test_what_no_example_shows_sends_back_its_response_too(macros, name, changes, response, shown):
    kind = ITEM_TYPES[name]
    content, _ = kind.split(kind.example() | changes)
    html = macros.entry(kind.present(content, as_stored), response, 7)
    controls = Controls()
    controls.feed(html)
    assert kind.parse(content, controls.fields) == response
    assert shown in html


def test_an_empty_page_sends_no_response(any_type, entered):
    content, controls = entered(None)
    assert any_type.parse(content, controls.fields) is None


def test_every_control_has_a_label_and_a_unique_id(right, any_type, entered):
    _, controls = entered(right(any_type))
    inputs = [given for tag, given in controls.tags if tag in ("input", "select", "textarea")]
    unnamed = [
        given["id"]
        for given in inputs
        if given["id"] not in controls.labelled and given.get("aria-labelledby") not in controls.ids
    ]
    assert unnamed == []
    assert len(controls.ids) == len(set(controls.ids))
    assert [tag for tag, _ in controls.tags].count("legend") == 1


def test_pages_have_no_inline_style_or_script(right, any_type, entered):
    _, controls = entered(right(any_type))
    inline = [
        (tag, name)
        for tag, given in controls.tags
        for name in given
        if tag in ("script", "style") or name == "style" or name.startswith("on")
    ]
    assert inline == []


@pytest.mark.parametrize(("is_answered", "verdict"), [(True, "Right"), (False, "Not answered")])
def test_the_review_says_verdict_and_reasons_in_words(macros, right, any_type, is_answered, verdict):
    content, key = any_type.split(any_type.example())
    review = any_type.describe(content, key, right(any_type) if is_answered else None)
    if any_type.award and is_answered:
        review = replace(review, mark=Mark(Fraction(1), Fraction(1), is_right=True))
    text = Markup(macros.review(review)).striptags()
    assert text[2 : 2 + len(verdict)] == verdict
    assert [why for why in key["rationales"].values() if why not in text] == []


def test_the_review_tells_options_apart_in_words(macros):
    multiple = ITEM_TYPES["multiple_response"]
    content, key = multiple.split(multiple.example())
    html = macros.review(multiple.describe(content, key, {"choices": ["a", "b"]}))
    words = ["Your choice, not correct", "Your choice, correct", "Correct, not chosen"]
    assert [html.count(word) for word in words] == [1, 1, 1]
    assert html.index(words[0]) < html.index(words[1]) < html.index(words[2])


def test_item_text_cannot_become_markup(macros, any_type):
    source = any_type.example() | {"stem": "<script>"}
    for row in _rows(source):
        row |= {"text": f"<script>{row['text']}"} if "text" in row else {}
    content, key = any_type.split(source)
    view = any_type.present(content, as_stored)
    pages = [
        macros.stem(view, 7),
        macros.entry(view, None, 7),
        macros.review(any_type.describe(content, key, None)),
    ]
    assert ["<script" in page for page in pages] == [False, False, False]


def _rows(value):
    """Every mapping of the author's form, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [value] if isinstance(value, dict) else []
    return found + [row for each in inner for row in _rows(each)]

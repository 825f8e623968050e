"""A certified player of QTI 3 by other people pays our exported items as we do. Run by `make peers`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import item_type
from quizapp.integrations.item_formats.qti import item_writing
from quizapp.integrations.item_formats.qti.names import THREE
from quizapp.integrations.item_formats.qti.package_writing import xml
from tests.support import browser
from tests.support.qti import example

PAGE = Path(__file__).with_name("player") / "player.html"
#: (item type, scoring, our response): the right one first, then a part of it, then a wrong one.
RESPONSES: list[tuple[str, str | None, dict[str, Any]]] = [
    ("single_choice", None, {"choice": "arrangement"}),
    ("single_choice", None, {"choice": "agenda"}),
    ("true_false", None, {"choice": "true"}),
    ("true_false", None, {"choice": "false"}),
    ("multiple_response", "all_or_nothing", {"choices": ["b", "c"]}),
    ("multiple_response", "all_or_nothing", {"choices": ["b"]}),
    ("multiple_response", "right_minus_wrong", {"choices": ["b", "c"]}),
    ("multiple_response", "right_minus_wrong", {"choices": ["b"]}),
    ("multiple_response", "right_minus_wrong", {"choices": ["a", "d"]}),
    ("multiple_response", "per_option", {"choices": ["b", "c"]}),
    ("multiple_response", "per_option", {"choices": ["a", "b"]}),
    ("multiple_response", "per_option", {"choices": ["a", "d"]}),
    ("ordering", "all_or_nothing", {"ranks": {"request": 1, "offer": 2, "accept": 3, "deliver": 4}}),
    ("ordering", "all_or_nothing", {"ranks": {"request": 1, "offer": 2, "accept": 4, "deliver": 3}}),
    ("ordering", "adjacent_pairs", {"ranks": {"request": 1, "offer": 2, "accept": 3, "deliver": 4}}),
    ("ordering", "adjacent_pairs", {"ranks": {"request": 2, "offer": 4, "accept": 1, "deliver": 3}}),
    ("ordering", "adjacent_pairs", {"ranks": {"request": 4, "offer": 3, "accept": 2, "deliver": 1}}),
    ("matching", "all_or_nothing", {"pairs": {"visa": "consulate", "duty": "customs", "range": "ministry"}}),
    ("matching", "all_or_nothing", {"pairs": {"visa": "consulate", "duty": "customs", "range": "bank"}}),
    ("matching", "per_pair", {"pairs": {"visa": "consulate", "duty": "customs", "range": "ministry"}}),
    ("matching", "per_pair", {"pairs": {"visa": "consulate", "duty": "bank", "range": "bank"}}),
    ("matching", "per_pair", {"pairs": {"visa": "bank"}}),
    ("numeric", None, {"number": "30"}),
    ("numeric", None, {"number": "31"}),
    ("short_text", None, {"text": "pricing request"}),
    ("short_text", None, {"text": "Price Inquiry"}),
    ("short_text", None, {"text": "price"}),
    ("matrix", "per_row", {"cells": {"seal": "true", "open": "false", "mark": "true", "courier": "false"}}),
    ("matrix", "per_row", {"cells": {"seal": "true", "open": "false"}}),
    ("matrix", "kprim", {"cells": {"seal": "true", "open": "false", "mark": "true", "courier": "false"}}),
    ("matrix", "kprim", {"cells": {"seal": "true", "open": "false", "mark": "true", "courier": "true"}}),
    ("matrix", "kprim", {"cells": {"seal": "true", "open": "false", "mark": "false", "courier": "true"}}),
    ("matrix", "all_or_nothing", {"cells": {"seal": "false"}}),
    ("dropdown_cloze", "per_gap", {"gaps": {"paper": "permit", "issuer": "host"}}),
    ("dropdown_cloze", "per_gap", {"gaps": {"paper": "permit", "issuer": "unit"}}),
    ("dropdown_cloze", "all_or_nothing", {"gaps": {"paper": "permit", "issuer": "host"}}),
    ("dropdown_cloze", "all_or_nothing", {"gaps": {"paper": "permit"}}),
    ("gap_text", "per_gap", {"words": {"first": "request", "second": "offer"}}),
    ("gap_text", "per_gap", {"words": {"first": "request", "second": "credit"}}),
    ("gap_text", "all_or_nothing", {"words": {"first": "request", "second": "offer"}}),
    ("gap_text", "all_or_nothing", {"words": {"first": "offer"}}),
    ("hotspot", None, {"choices": ["east"]}),
    ("hotspot", None, {"choices": ["west"]}),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """The player's page, which needs no network."""
    with browser.chromium() as running:
        opened = running.new_page()  # type: ignore[attr-defined]
        opened.goto(PAGE.as_uri())
        yield opened


def _file(item: ItemVersion) -> str:
    return xml(item_writing.write(THREE, item, None, "en").root).decode()


def _saved(item: ItemVersion, response: dict[str, Any]) -> list[dict[str, Any]]:
    """The responses of an attempt as the player saves them, with the order in which it showed choices."""
    content: Mapping[str, Any] = item.content
    match item.type:
        case "dropdown_cloze":
            orders = {gap["id"]: {"order": _ids(gap["options"])} for gap in content["gaps"]}
            return [_variable(f"GAP-{gap}", told, orders[gap]) for gap, told in response["gaps"].items()]
        case "gap_text":
            names = {word: f"W{rank}" for rank, word in enumerate(content["words"], start=1)}
            told = [f"{names[word]} GAP-{gap}" for gap, word in response["words"].items()]
            return [_variable("RESPONSE", told, {"order": list(names.values())})]
        case "matrix":
            cells = [f"{row} {column}" for row, column in response["cells"].items()]
            shown = [_ids(content["statements"]), ["true", "false"]]
            return [_variable("RESPONSE", cells, {"orders": shown})]
        case "matching":
            pairs = [f"{prompt} {option}" for prompt, option in response["pairs"].items()]
            orders = [_ids(content["prompts"]), _ids(content["options"])]
            return [_variable("RESPONSE", pairs, {"orders": orders})]
        case "hotspot":
            return [_variable("RESPONSE", response["choices"][0], {})]
        case "ordering":
            ranked = sorted(response["ranks"], key=response["ranks"].__getitem__)
            return [_variable("RESPONSE", ranked, {"order": _ids(content["options"])}, "ordered")]
    (value,) = response.values()
    return [_variable("RESPONSE", value, {"order": _ids(content.get("options", ()))})]


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def _variable(identifier: str, value: Any, state: dict[str, Any], cardinality: str = "") -> dict[str, Any]:
    told = cardinality or ("multiple" if isinstance(value, list) else "single")
    return {"identifier": identifier, "cardinality": told, "value": value, "state": state}


@pytest.mark.parametrize(("kind", "scoring", "response"), RESPONSES)
def test_it_pays_what_we_pay(page: Any, kind: str, scoring: str | None, response: dict[str, Any]) -> None:
    item = example(kind, **({"scoring": scoring} if scoring else {}))
    ours = item_type(kind).mark(item.key, item.content, response)
    page.evaluate("([xml, responses]) => load(xml, responses)", [_file(item), _saved(item, response)])
    told = page.evaluate("() => end()")
    assert float(told["SCORE"]) == pytest.approx(float(ours.points)), told


def test_it_pays_for_what_a_person_clicks_and_types(page: Any) -> None:
    page.evaluate("([xml]) => load(xml)", [_file(example("single_choice"))])
    page.get_by_text("The implementing arrangement").click()
    assert page.evaluate("() => end()")["SCORE"] == 1
    page.evaluate("([xml]) => load(xml)", [_file(example("multiple_response", scoring="per_option"))])
    page.get_by_text("The crew list").click()
    assert page.evaluate("() => end()")["SCORE"] == 0.75
    page.evaluate("([xml]) => load(xml)", [_file(example("numeric"))])
    page.get_by_role("textbox").fill("30")
    assert page.evaluate("() => end()")["SCORE"] == 1
    assert page.get_by_text("45 less the 15 days that have passed.").is_visible()
    page.evaluate("([xml]) => load(xml)", [_file(example("short_text"))])
    assert page.evaluate("() => end()")["SCORE"] == 0


def test_it_draws_numbers_and_reckons_as_we_do(page: Any) -> None:
    """Whatever is drawn: the right number gets the point, another none."""
    item = example("parametrised_numeric")
    for off, score in ((0, 1), (1, 0)):
        page.evaluate("([xml]) => load(xml)", [_file(item)])
        days, passed = map(int, re.findall(r"\d+", page.get_by_text("A permit of").inner_text()))
        assert (days % 15, passed % 5, 30 <= days <= 90, 5 <= passed <= 20) == (0, 0, True, True)
        page.get_by_role("textbox").fill(str(days - passed + off))
        assert page.evaluate("() => end()")["SCORE"] == score


def test_it_leaves_the_points_of_an_essay_to_people(page: Any) -> None:
    page.evaluate("([xml]) => load(xml)", [_file(example("essay"))])
    assert not page.get_by_text("The tone keeps the door open").is_visible(), "that is for scorers"
    page.get_by_role("textbox").fill("Because.")
    assert page.evaluate("() => end()")["SCORE"] == 0

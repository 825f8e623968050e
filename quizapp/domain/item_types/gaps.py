"""Texts with gaps: "A permit is issued by [[issuer]]." names the gap `issuer` at its place.

The text is plain, not Markdown: a gap may then stand wherever a word may. A line break stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, options
from quizapp.domain.item_types.base import Content, Key, ReviewRow
from quizapp.domain.item_types.marks import ALL_OR_NOTHING, Policy, all_right, each_right

GAPS = "gaps"
MARK = re.compile(r"\[\[([^\[\]]*)\]\]")

POLICIES: Mapping[str, Policy] = {ALL_OR_NOTHING: all_right, "per_gap": each_right}


def named(text: str) -> list[str]:
    """The gaps of a text, in its order."""
    return MARK.findall(text)


def in_order(content: Content) -> list[dict[str, Any]]:
    """The gaps as the text has them, numbered from 1, each with the text before it."""
    by_id = {gap["id"]: gap for gap in content[GAPS]}
    # Split at a group, texts and names take turns.
    before, names = MARK.split(content["text"])[0::2], named(content["text"])
    known = [(name, text) for name, text in zip(names, before, strict=False) if name in by_id]
    return [
        {**by_id[name], "number": number, "before": text}
        for number, (name, text) in enumerate(known, start=1)
    ]


def after(content: Content) -> str:
    """The text behind the last gap."""
    return MARK.split(content["text"])[-1]


def numbered(content: Content) -> str:
    """The text with the number of each gap in its place, as paper and results show it."""
    return printed(in_order(content), after(content))


def printed(gaps: Iterable[Mapping[str, Any]], rest: str) -> str:
    """The same from gaps that are in order, and the text behind them."""
    return "".join(f"{gap['before']}[{gap['number']}]" for gap in gaps) + rest


def check(content: Content, key: Key) -> list[Problem]:
    """The stem, the text, and that every gap stands once in the text and says why."""
    found = checks.common(content, key) + checks.text("text", content["text"])
    ids = options.ids(content, GAPS)
    found += checks.ids(GAPS, ids) if ids else [checks.problem(GAPS, "", "missing")]
    found += _check_places(named(content["text"]), ids)
    return found + checks.rationales(GAPS, ids, key) + checks.scoring(key, POLICIES)


def _check_places(places: Sequence[str], ids: Sequence[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(places):
        if name not in ids:
            yield checks.problem("text", f"[[{name}]]", "unknown_gap")
    for name in dict.fromkeys(ids):
        if places.count(name) != 1:
            yield checks.problem(f"{GAPS}[{name}]", name, "gap_not_once")


def review_row(gap: Mapping[str, Any], given: str, expected: str, is_right: bool, key: Key) -> ReviewRow:
    """One gap of a result page; its number stands where options have their letter."""
    return ReviewRow(
        id=gap["id"],
        letter=str(gap["number"]),
        chosen=given != "",
        is_key=True,
        is_right=is_right,
        given=given,
        expected=expected,
        rationale=key["rationales"].get(gap["id"], ""),
    )


def either(texts: Iterable[str]) -> str:
    """Every text that is right in a gap, as a result page shows them."""
    return " / ".join(texts)

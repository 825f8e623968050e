"""A rubric: criteria with levels worth whole points, and what several people's markings come to.

A response under a rubric waits until enough people have marked it. With two markers whose totals are further
apart than allowed, it waits for a third, whose word holds. Points are whole numbers until the share is taken.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks
from quizapp.domain.item_types.base import Key, Marking
from quizapp.domain.item_types.source import Reader, optional

CRITERION_FIELDS = frozenset({"id", "text", "levels"})
LEVEL_FIELDS = frozenset({"points", "text"})
MARKING_FIELDS = frozenset({"markers", "difference", "enough"})
FEWEST_LEVELS = 2
MARKERS = ("1", "2")
#: As authors write numbers: in quotes, without needless noughts.
WHOLE = re.compile(r"0|[1-9][0-9]{0,2}")
WORDS = re.compile(r"[1-9][0-9]{0,3}")


class Stage(StrEnum):
    """What a response under a rubric waits for."""

    MARKING = "marking"
    ADJUDICATION = "adjudication"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Rules:
    """How markings become points: by how many people, how far apart they may be, what is enough."""

    markers: int
    difference: int
    enough: int


def split(reader: Reader) -> dict[str, Any]:
    """The rubric of an author's form; all of it belongs to the key."""
    criteria = [
        {
            "id": row.text("id"),
            "text": row.text("text"),
            "levels": [
                {"points": level.text("points"), "text": level.text("text")}
                for level in row.rows("levels", LEVEL_FIELDS)
            ],
        }
        for row in reader.rows("criteria", CRITERION_FIELDS)
    ]
    key: dict[str, Any] = {"criteria": criteria}
    if reader.has("marking"):
        told = reader.child("marking", MARKING_FIELDS)
        key["marking"] = {}
        for name in sorted(MARKING_FIELDS):
            told.keep_text(key["marking"], name)
    return key


def join(key: Key) -> dict[str, Any]:
    """The inverse of `split`."""
    return {"criteria": [dict(row) for row in key["criteria"]], **optional(key, "marking")}


def check(key: Key) -> list[Problem]:
    """Everything wrong with a rubric."""
    criteria = key["criteria"]
    found = [] if criteria else [checks.problem("criteria", "", "too_few")]
    found += checks.ids("criteria", [row["id"] for row in criteria]) + checks.texts("criteria", criteria)
    for row in criteria:
        found += _check_levels(f"criteria[{row['id']}].levels", row["levels"])
    return found or _check_marking(key)


def _check_levels(field: str, levels: Sequence[Mapping[str, str]]) -> list[Problem]:
    found = [] if len(levels) >= FEWEST_LEVELS else [checks.problem(field, len(levels), "too_few")]
    seen: set[str] = set()
    for place, level in enumerate(levels, 1):
        at, points = f"{field}[#{place}]", level["points"]
        found += checks.text(f"{at}.text", level["text"])
        if not WHOLE.fullmatch(points):
            found.append(checks.problem(f"{at}.points", points, "bad_whole"))
        elif points in seen:
            found.append(checks.problem(f"{at}.points", points, "duplicate_points"))
        seen.add(points)
    if not found and "0" not in seen:
        found.append(checks.problem(field, "", "no_zero"))
    return found


def _check_marking(key: Key) -> list[Problem]:
    told, found = key.get("marking", {}), []
    for name, value in told.items():
        if not WHOLE.fullmatch(value):
            found.append(checks.problem(f"marking.{name}", value, "bad_whole"))
    if "markers" in told and told["markers"] not in MARKERS:
        found.append(checks.problem("marking.markers", told["markers"], "bad_markers"))
    if not found and not 1 <= rules(key).enough <= most(key):
        found.append(checks.problem("marking.enough", told["enough"], "bad_enough"))
    return found


def digest(response: Mapping[str, Any]) -> str:
    """Stands for the response that was marked: what is changed later has to be marked anew."""
    text = json.dumps(response, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- what markings come to --------------------------------------------------------------


def rules(key: Key) -> Rules:
    """The rules of a sound rubric: one marker, no difference, everything, unless it says otherwise."""
    told = key.get("marking", {})
    return Rules(
        markers=int(told.get("markers", "1")),
        difference=int(told.get("difference", "0")),
        enough=int(told.get("enough", most(key))),
    )


def levels(key: Key) -> dict[str, frozenset[int]]:
    """The points that can be given, by criterion."""
    return {row["id"]: frozenset(int(one["points"]) for one in row["levels"]) for row in key["criteria"]}


def most(key: Key) -> int:
    """The points of a response that is best in everything."""
    return sum(max(points) for points in levels(key).values())


def stage(key: Key, markings: Sequence[Marking]) -> Stage:
    """What a response waits for after these markings, oldest first."""
    if any(told.is_adjudication for told in markings):
        return Stage.DONE
    totals, ruled = _totals(markings), rules(key)
    if len(totals) < ruled.markers:
        return Stage.MARKING
    apart = max(totals) - min(totals)
    return Stage.DONE if apart <= ruled.difference else Stage.ADJUDICATION


def awarded(key: Key, markings: Sequence[Marking]) -> Fraction | None:
    """The points out of `most`: the adjudicator's, or the mean of the markers'; None while it waits."""
    if stage(key, markings) is not Stage.DONE:
        return None
    last = [told for told in markings if told.is_adjudication][-1:]
    totals = [sum(told.levels.values()) for told in last] or _totals(markings)
    return Fraction(sum(totals), len(totals))


def _totals(markings: Sequence[Marking]) -> list[int]:
    """The total of each marker's last marking."""
    last = {told.marker: sum(told.levels.values()) for told in markings}
    return list(last.values())

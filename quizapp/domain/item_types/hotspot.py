"""Hotspot: options are regions of a picture. A list names the same regions, so nobody has to point.

Without a name the picture is a plan: nothing but the outlines of its regions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.item_types import areas, checks, choice, multiple_response, options
from quizapp.domain.item_types.base import (
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.domain.item_types.multiple_response import chosen, is_complete, rekey
from quizapp.domain.item_types.responses import BAD_RESPONSE
from quizapp.domain.item_types.source import Reader, optional

NAME = "hotspot"
SOURCE_FIELDS = frozenset({"stem", "picture", "options", "several", "lock_order", "scoring", "rationale"})
PICTURE_FIELDS = frozenset({"name", "width", "height", "alt"})
OPTION_FIELDS = choice.OPTION_FIELDS | {"shape", "coords"}
PICTURE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LARGEST = 8192
POLICIES = {name: multiple_response.POLICIES[name] for name in (ALL_OR_NOTHING, "per_option")}


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    content, key = choice.read(reader, OPTION_FIELDS)
    picture = reader.child("picture", PICTURE_FIELDS)
    content["picture"] = {
        "width": picture.whole("width"),
        "height": picture.whole("height"),
        "alt": picture.text("alt"),
    }
    picture.keep_text(content["picture"], "name")
    reader.keep_flag(content, "several")
    reader.keep_flag(content, "lock_order")
    reader.keep_text(key, "scoring")
    return content, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    return {
        **choice.join(content, key),
        "picture": dict(content["picture"]),
        **optional(content, "several"),
    }


def check(content: Content, key: Key) -> list[Problem]:
    found = choice.check(content, key) + list(_check_picture(content["picture"]))
    for row in content["options"]:
        found += _check_area(content["picture"], row)
    return found + _check_keys(content, key) + _check_scoring(content, key)


def _check_picture(picture: Content) -> Iterator[Problem]:
    yield from checks.text("picture.alt", picture["alt"])
    for side in ("width", "height"):
        if not 0 < picture[side] <= LARGEST:
            yield checks.problem(f"picture.{side}", picture[side], "bad_size")
    if "name" in picture and not PICTURE_NAME.fullmatch(picture["name"]):
        yield checks.problem("picture.name", picture["name"], "bad_picture_name")


def _check_area(picture: Content, row: Content) -> list[Problem]:
    field = f"options[{row['id']}].coords"
    points = areas.bounds(row["shape"], row["coords"])
    if not points:
        return [checks.problem(field, f"{row['shape']} {row['coords']}", "bad_area")]
    if any(not (0 <= x <= picture["width"] and 0 <= y <= picture["height"]) for x, y in points):
        return [checks.problem(field, row["coords"], "outside_picture")]
    return []


def _check_keys(content: Content, key: Key) -> list[Problem]:
    keys, given = key["keys"], ", ".join(key["keys"])
    if not keys:
        return [checks.problem("options", given, "no_key")]
    if len(keys) > 1 and not content.get("several"):
        return [checks.problem("options", given, "several_keys")]
    if set(keys) == set(options.ids(content)):
        return [checks.problem("options", given, "no_distractor")]
    return []


def _check_scoring(content: Content, key: Key) -> list[Problem]:
    """Of one region alone there is nothing to share."""
    allowed = POLICIES if content.get("several") else {ALL_OR_NOTHING: None}
    return checks.scoring(key, allowed)


def present(content: Content, order: Order) -> dict[str, Any]:
    view = choice.present(NAME, content, order)
    return {
        **view,
        "picture": _drawn(content, view["options"]),
        "several": content.get("several", False),
        "options": [{name: row[name] for name in ("id", "text", "letter")} for row in view["options"]],
    }


def _drawn(content: Content, rows: list[options.Row]) -> dict[str, Any]:
    """The picture with what to draw over it: the outline and the letter of each region."""
    outlines = [
        {"id": row["id"], "letter": row["letter"], **areas.drawn(row["shape"], row["coords"])}
        for row in rows
        # A draft may have regions that are not drawn yet.
        if areas.bounds(row["shape"], row["coords"])
    ]
    return {**content["picture"], "areas": outlines}


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"choices": list(fields.get("choice", ()))})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Regions come back sorted and once each; more than one only where several may be chosen."""
    accepted = multiple_response.accept(content, response)
    if accepted and len(accepted["choices"]) > 1 and not content.get("several"):
        raise Invalid(BAD_RESPONSE)
    return accepted


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    return multiple_response.mark_by(POLICIES, key, content, chosen(content, response, accept))


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    ids = chosen(content, response, accept)
    picture = _drawn(content, options.arranged(content, order))
    return choice.describe(NAME, content, key, ids, mark(key, content, response), order, picture)


def example() -> dict[str, Any]:
    return {
        "stem": "A visiting ship needs a berth with shore power. Choose it on the plan of the quay.",
        "picture": {
            "width": 480,
            "height": 240,
            "alt": "Plan of a quay: three berths in a row along the top, a fuel point below the middle one. "
            "Shore power is at the right end of the row.",
        },
        "options": [
            {
                "id": "west",
                "text": "The berth at the left",
                "shape": "rect",
                "coords": "20,30,150,90",
                "rationale": "The power lines end before it.",
            },
            {
                "id": "middle",
                "text": "The berth in the middle",
                "shape": "rect",
                "coords": "170,30,300,90",
                "rationale": "It is kept free for fuelling.",
            },
            {
                "id": "east",
                "text": "The berth at the right",
                "shape": "poly",
                "coords": "320,30,440,30,460,60,440,90,320,90",
                "key": True,
                "rationale": "The power lines come in there.",
            },
            {
                "id": "fuel",
                "text": "The round place below the row",
                "shape": "circle",
                "coords": "235,170,45",
                "rationale": "It is the fuel point, where no ship may lie.",
            },
        ],
    }


TYPE = ItemType(
    name=NAME,
    source_fields=SOURCE_FIELDS,
    split=split,
    join=join,
    check=check,
    present=present,
    parse=parse,
    accept=accept,
    is_complete=is_complete,
    mark=mark,
    rekey=rekey,
    describe=describe,
    example=example,
)

"""Ordering: each option is given its rank. Authors list the options in the right order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, options, responses
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    ReviewRow,
    Source,
    as_stored,
)
from quizapp.domain.item_types.marks import ALL_OR_NOTHING, UNANSWERED, share, whole
from quizapp.domain.item_types.source import Reader, optional

NAME = "ordering"
SOURCE_FIELDS = frozenset({"stem", "options", "scoring", "rationale"})
OPTION_FIELDS = frozenset({"id", "text", "rationale"})
RANK_FIELD = "rank-"

Ranks = Mapping[str, int]


def _all_or_nothing(ranks: Ranks, order: Sequence[str]) -> Mark:
    return whole([ranks.get(identifier) for identifier in order] == [*range(1, len(order) + 1)])


def _adjacent_pairs(ranks: Ranks, order: Sequence[str]) -> Mark:
    """Neighbours of the right order that the learner put in that order, even if apart."""
    neighbours = list(pairwise(order))
    right = [a in ranks and b in ranks and ranks[a] < ranks[b] for a, b in neighbours]
    return share(sum(right), len(neighbours))


POLICIES: Mapping[str, Callable[[Ranks, Sequence[str]], Mark]] = {
    ALL_OR_NOTHING: _all_or_nothing,
    "adjacent_pairs": _adjacent_pairs,
}


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    reader = Reader(source, SOURCE_FIELDS)
    rows, rationales = options.split_rows(reader.rows("options", OPTION_FIELDS), "id", "text")
    reader.keep_text(rationales, "rationale", under=ITEM_RATIONALE)
    # Sorted by id: the stored content must not repeat the order the author wrote.
    shown = sorted(rows, key=lambda row: (row["id"], row["text"]))
    key: dict[str, Any] = {"order": [row["id"] for row in rows], "rationales": rationales}
    reader.keep_text(key, "scoring")
    return {"stem": reader.text("stem"), "options": shown}, reader.finish(key)


def join(content: Content, key: Key) -> dict[str, Any]:
    by_id = {row["id"]: row for row in content["options"]}
    rationales = key["rationales"]
    rows = [options.join_row(by_id[identifier], rationales) for identifier in key["order"]]
    joined = {"stem": content["stem"], "options": rows, **optional(key, "scoring")}
    if ITEM_RATIONALE in rationales:
        joined["rationale"] = rationales[ITEM_RATIONALE]
    return joined


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key) + checks.rows("options", content["options"])
    found += checks.rationales("options", key["order"], key) + checks.scoring(key, POLICIES)
    if checks.reveals(key["order"]):
        found.append(checks.problem("options", ", ".join(key["order"]), "ids_reveal_key"))
    return found


def present(content: Content, order: Order) -> dict[str, Any]:
    rows = options.arranged(content, order)
    return {"type": NAME, "stem": content["stem"], "options": rows}


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    return accept(content, {"ranks": responses.prefixed(fields, RANK_FIELD)})


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """Missing and tied ranks are kept: a response half done is not lost."""
    offered = options.ids(content)
    given = responses.entries(responses.members(response, "ranks").get("ranks"), offered)
    ranks = {name: _rank(value, len(offered)) for name, value in sorted(given.items())}
    filled = {name: rank for name, rank in ranks.items() if rank}
    return {"ranks": filled} if filled else None


def _rank(value: object, last: int) -> int:
    """1 to `last`, as a number or its digits; zero for none."""
    allowed = {str(rank): rank for rank in range(1, last + 1)}
    written = str(value) if type(value) is int else value
    return allowed.get(responses.one_of(written, allowed), 0)


def is_complete(content: Content, response: Response | None) -> bool:
    """Every option ranked, no rank twice."""
    ranks = response["ranks"].values() if response else ()
    return sorted(ranks) == [*range(1, len(content["options"]) + 1)]


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    ranks = _ranks(content, response)
    if not ranks:
        return UNANSWERED
    return POLICIES[key.get("scoring", ALL_OR_NOTHING)](ranks, key["order"])


def _ranks(content: Content, response: Response | None) -> Ranks:
    stored = responses.readable(accept, content, response)
    return stored["ranks"] if stored else {}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    return {**key, "order": sorted(response["ranks"], key=response["ranks"].__getitem__)}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """Rows stand in the right order; letters are those of the form."""
    ranks = _ranks(content, response)
    shown = {row["id"]: row for row in options.arranged(content, order)}
    rows = tuple(
        _review_row(shown[identifier], ranks.get(identifier, 0), place, key["rationales"])
        for place, identifier in enumerate(key["order"], start=1)
    )
    why = key["rationales"].get(ITEM_RATIONALE, "")
    return Review(NAME, content["stem"], mark(key, content, response), bool(ranks), rows, why)


def _review_row(row: Mapping[str, str], rank: int, place: int, rationales: Mapping[str, str]) -> ReviewRow:
    return ReviewRow(
        id=row["id"],
        text=row["text"],
        letter=row["letter"],
        chosen=bool(rank),
        is_key=True,
        is_right=rank == place,
        given=str(rank or ""),
        expected=str(place),
        rationale=rationales.get(row["id"], ""),
    )


def example() -> dict[str, Any]:
    return {
        "stem": "Put the steps of a foreign military sales case in order.",
        "scoring": "adjacent_pairs",
        "options": [
            {"id": "request", "text": "Letter of request", "rationale": "The partner asks first."},
            {"id": "offer", "text": "Letter of offer", "rationale": "An offer answers a request."},
            {"id": "accept", "text": "Acceptance", "rationale": "Only an offer can be accepted."},
            {"id": "deliver", "text": "Delivery", "rationale": "Delivery performs the contract."},
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

"""Items, the wordings of them that are frozen, shared scenarios, and the bank that holds them."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from quizapp.domain.errors import DomainError, Problem, Refused
from quizapp.domain.item_types import item_type

STABLE_ID = re.compile(r"[a-z0-9][a-z0-9.\-]{1,63}")
YEAR_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-\d{2})?")


class Pool(StrEnum):
    """Where an item may be served; it never moves back from practice to secure."""

    PRACTICE = "practice"
    SECURE = "secure"


class ItemStatus(StrEnum):
    """How far an item has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETIRED = "retired"


#: verb -> (states it may start from, state it ends in)
TRANSITIONS: dict[str, tuple[frozenset[ItemStatus], ItemStatus]] = {
    "submit": (frozenset({ItemStatus.DRAFT}), ItemStatus.IN_REVIEW),
    "request_changes": (frozenset({ItemStatus.IN_REVIEW}), ItemStatus.DRAFT),
    "approve": (frozenset({ItemStatus.DRAFT, ItemStatus.IN_REVIEW}), ItemStatus.APPROVED),
    "revise": (frozenset({ItemStatus.IN_REVIEW, ItemStatus.APPROVED}), ItemStatus.DRAFT),
    "retire": (frozenset(ItemStatus) - {ItemStatus.RETIRED}, ItemStatus.RETIRED),
}


def move(status: ItemStatus, verb: str) -> ItemStatus:
    """The status after ``verb``; raises `Refused` when the table has no such step."""
    sources, target = TRANSITIONS[verb]
    if status not in sources:
        raise Refused("illegal_transition", noun="item", state=status.value, verb=verb)
    return target


class Level(StrEnum):
    """Cognitive level an item asks for."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item's fact stands, when it was read there, and when to read it again."""

    authority: str
    section: str
    as_of: str
    review_by: str


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A scenario that several items share."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One frozen wording of one item.

    ``content`` is what a learner may see; ``key`` holds the right responses, the scoring
    policy and the rationales, and never leaves the server while an attempt is open.
    """

    id: str
    type: str
    tasks: tuple[str, ...]
    pool: Pool
    level: Level
    difficulty: int
    content: Mapping[str, object]
    key: Mapping[str, object]
    sources: tuple[Source, ...] = ()
    stimulus: str | None = None
    enemies: frozenset[str] = frozenset()
    author: str = ""
    reviewer: str | None = None
    status: ItemStatus = ItemStatus.DRAFT

    @property
    def scoring_task(self) -> str:
        """The task statement this item's evidence counts for: the first of its codes."""
        return self.tasks[0]


@dataclass(frozen=True, slots=True)
class ItemBank:
    """An authored collection, with what may be said about it."""

    id: str
    framework: str
    framework_version: str
    title: str
    distribution: str
    sme_review: str
    licence: str
    language: str = "en"
    notes: tuple[str, ...] = ()
    stimuli: tuple[Stimulus, ...] = ()
    items: tuple[ItemVersion, ...] = ()


DISTRIBUTIONS = frozenset({"public", "restricted"})
SME_REVIEWS = frozenset({"pending", "done"})
COMMON_FIELDS = frozenset(
    [
        "id",
        "type",
        "tasks",
        "pool",
        "stimulus",
        "level",
        "difficulty",
        "enemies",
        "sources",
        "author",
        "reviewer",
        "status",
    ]
)


def effective_status(author: str, reviewer: str | None, status: ItemStatus) -> ItemStatus:
    """What a bank file's item loads as: nothing is approved without a second person."""
    reviewed = bool(reviewer) and reviewer != author
    if status is ItemStatus.APPROVED and not reviewed:
        return ItemStatus.DRAFT
    return status


def read_item(source: Mapping[str, object]) -> tuple[ItemVersion | None, list[Problem]]:
    """An item from the author's form, or None and everything wrong with it."""
    problems = [*_check_common(source), *_check_sources(source.get("sources"))]
    try:
        kind = item_type(str(source.get("type")))
    except DomainError:
        known = "see docs/item-banks.md for the known types"
        return None, [*problems, Problem("type", str(source.get("type")), "unknown_type", known)]
    body = {name: value for name, value in source.items() if name in kind.source_fields}
    unknown = sorted(map(str, source.keys() - kind.source_fields - COMMON_FIELDS))
    problems += [Problem(name, "", "unknown_field", f"no field of a {kind.name}") for name in unknown]
    content, key = kind.split(body)
    problems += kind.check(content, key)
    if problems:
        return None, problems
    return _build(source, content, key), []


def _build(
    source: Mapping[str, object], content: Mapping[str, object], key: Mapping[str, object]
) -> ItemVersion:
    author = str(source.get("author") or "")
    reviewer = str(source["reviewer"]) if source.get("reviewer") else None
    stimulus = source.get("stimulus")
    return ItemVersion(
        id=str(source["id"]),
        type=str(source["type"]),
        tasks=tuple(_texts(source["tasks"])),
        pool=Pool(str(source["pool"])),
        level=Level(str(source["level"])),
        difficulty=int(str(source["difficulty"])),
        content=content,
        key=key,
        sources=tuple(_source(entry) for entry in _entries(source.get("sources"))),
        stimulus=str(stimulus) if stimulus else None,
        enemies=frozenset(_texts(source.get("enemies"))),
        author=author,
        reviewer=reviewer,
        status=effective_status(author, reviewer, ItemStatus(str(source.get("status", "draft")))),
    )


def _source(entry: Mapping[str, object]) -> Source:
    return Source(*(str(entry.get(name) or "") for name in Source.__dataclass_fields__))


def _entries(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (entry for entry in value if isinstance(entry, Mapping))


def _texts(value: object) -> list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(entry) for entry in value]
    return []


def to_source(item: ItemVersion) -> dict[str, object]:
    """The author's form of an item; `read_item` of it gives an equal item back."""
    source: dict[str, object] = {
        "id": item.id,
        "type": item.type,
        "tasks": list(item.tasks),
        "pool": item.pool.value,
    }
    if item.stimulus:
        source["stimulus"] = item.stimulus
    source |= {"level": item.level.value, "difficulty": item.difficulty}
    source |= item_type(item.type).join(item.content, item.key)
    if item.enemies:
        source["enemies"] = sorted(item.enemies)
    source["sources"] = [
        {name: getattr(entry, name) for name in Source.__dataclass_fields__} for entry in item.sources
    ]
    source |= {"author": item.author, "reviewer": item.reviewer, "status": item.status.value}
    return source


def digest(item: ItemVersion) -> str:
    """SHA-256 (hex) over everything that makes a new version; reviewing alone does not."""
    source = to_source(item)
    for name in ("author", "reviewer", "status"):
        del source[name]
    return digest_of(source)


def digest_of(value: object) -> str:
    """SHA-256 (hex) over a JSON value, independent of key order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_common(source: Mapping[str, object]) -> Iterator[Problem]:
    yield from _check_choice(source, "pool", Pool)
    yield from _check_choice(source, "level", Level)
    yield from _check_choice(source, "status", ItemStatus)
    identifier = str(source.get("id") or "")
    if not STABLE_ID.fullmatch(identifier):
        detail = "lower-case letters, digits, dots and hyphens, 2 to 64"
        yield Problem("id", identifier, "bad_id", detail)
    tasks = source.get("tasks")
    if not _texts(tasks):
        yield Problem("tasks", str(tasks or ""), "missing", "at least one task code is needed")
    elif len(set(_texts(tasks))) != len(_texts(tasks)):
        yield Problem("tasks", str(tasks), "duplicate_code", "a task code stands twice")
    if not str(source.get("author") or "").strip():
        yield Problem("author", "", "missing", "who wrote it is needed")
    difficulty = source.get("difficulty")
    if isinstance(difficulty, bool) or not isinstance(difficulty, int) or not 0 <= difficulty <= 100:
        detail = "a whole percentage expected to answer right, 0 to 100"
        yield Problem("difficulty", str(difficulty), "out_of_range", detail)
    enemies = source.get("enemies")
    if enemies is not None and not isinstance(enemies, list):
        yield Problem("enemies", str(enemies), "not_a_list", "a list of item ids")


def _check_choice(source: Mapping[str, object], name: str, kind: type[StrEnum]) -> Iterator[Problem]:
    value = source.get(name, "draft" if name == "status" else None)
    if value not in set(kind):
        reason = "missing" if value is None else "unknown_value"
        yield Problem(name, str(value or ""), reason, f"one of: {', '.join(kind)}")


def _check_sources(value: object) -> Iterator[Problem]:
    if not isinstance(value, list) or not value:
        yield Problem("sources", str(value or ""), "missing", "at least one source is needed")
        return
    for index, entry in enumerate(value):
        place = f"sources[{index}]"
        if not isinstance(entry, Mapping):
            yield Problem(place, str(entry), "not_a_mapping", "authority, section, as_of, review_by")
            continue
        if not str(entry.get("authority") or "").strip():
            yield Problem(f"{place}.authority", "", "missing", "which text says so")
        for name in ("as_of", "review_by"):
            if not YEAR_MONTH.fullmatch(str(entry.get(name) or "")):
                told = str(entry.get(name) or "")
                yield Problem(f"{place}.{name}", told, "bad_date", 'a month in quotes: "2026-11"')


def read_stimulus(source: Mapping[str, object]) -> tuple[Stimulus | None, list[Problem]]:
    """A stimulus from the author's form, or None and everything wrong with it."""
    problems = [
        Problem(name, "", "missing", "text is required")
        for name in ("title", "text")
        if not str(source.get(name) or "").strip()
    ]
    identifier = str(source.get("id") or "")
    if not STABLE_ID.fullmatch(identifier):
        problems.append(Problem("id", identifier, "bad_id", "lower-case letters, digits, hyphens"))
    if problems:
        return None, problems
    return Stimulus(identifier, str(source["title"]).strip(), str(source["text"]).strip()), []


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item and the place (file and item id) its problems are reported at."""

    item: ItemVersion
    place: str


@dataclass(slots=True)
class _Known:
    items: dict[str, PlacedItem] = field(default_factory=dict)
    stimulus_pool: dict[str, Pool] = field(default_factory=dict)


def check_bank(
    items: Sequence[PlacedItem], stimuli: Iterable[str], task_codes: Iterable[str]
) -> list[Problem]:
    """Everything wrong between the items of one bank: ids, codes, scenarios, enemies."""
    problems: list[Problem] = []
    known, scenarios, codes = _Known(), Counter(stimuli), frozenset(task_codes)
    for name, times in scenarios.items():
        if times > 1:
            problems.append(Problem("stimuli", name, "duplicate_id", "stands more than once"))
    for placed in items:
        problems += [p.at(placed.place) for p in _check_placed(placed, known, scenarios, codes)]
        known.items.setdefault(placed.item.id, placed)
    for placed in items:
        for enemy in sorted(placed.item.enemies - known.items.keys()):
            problems.append(
                Problem("enemies", enemy, "unknown_item", "no such item in the bank").at(placed.place)
            )
    return problems


def _check_placed(
    placed: PlacedItem, known: _Known, scenarios: Mapping[str, int], codes: frozenset[str]
) -> Iterator[Problem]:
    item = placed.item
    if item.id in known.items:
        yield Problem("id", item.id, "duplicate_id", f"also at {known.items[item.id].place}")
    for code in item.tasks:
        if code not in codes:
            yield Problem("tasks", code, "unknown_code", "the framework has no such task statement")
    if item.id in item.enemies:
        yield Problem("enemies", item.id, "own_enemy", "an item cannot be its own enemy")
    if item.stimulus is None:
        return
    if item.stimulus not in scenarios:
        yield Problem("stimulus", item.stimulus, "unknown_stimulus", "no such scenario in the bank")
    if known.stimulus_pool.setdefault(item.stimulus, item.pool) is not item.pool:
        detail = "a scenario serves one pool: practising it would expose the secure items"
        yield Problem("stimulus", item.stimulus, "pools_mixed", detail)

"""Items and the wordings of them that are frozen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quizapp.domain import formula, picture
from quizapp.domain.errors import DomainError, Problem, Refused
from quizapp.domain.item_types import item_type

STABLE_ID = re.compile(r"[a-z0-9][a-z0-9.\-]{1,63}")
STABLE_ID_RULE = "lower-case letters, digits, dots and hyphens, 2 to 64"
LONGEST_NAME = 200
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


#: verb -> (whether it may start suspended, whether it ends so)
SUSPENSIONS = {"suspend": (False, True), "restore": (True, False)}


def suspension(is_suspended: bool, verb: str) -> bool:
    """Whether an item is suspended after ``verb``; raises `Refused` when the table has no such step."""
    source, target = SUSPENSIONS[verb]
    if is_suspended is not source:
        raise Refused("illegal_transition", noun="item", state=str(is_suspended), verb=verb)
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


#: Fields of the author's form that every item has; the rest belong to its type.
COMMON_FIELDS = frozenset(ItemVersion.__dataclass_fields__) - {"content", "key"}


def effective_status(author: str, reviewer: str | None, status: ItemStatus) -> ItemStatus:
    """What a bank file's item loads as: nothing is approved without a second person."""
    second = (reviewer or "").strip().casefold()
    reviewed = bool(second) and second != author.strip().casefold()
    if status is ItemStatus.APPROVED and not reviewed:
        return ItemStatus.DRAFT
    return status


def read_item(source: Mapping[str, object]) -> tuple[ItemVersion | None, list[Problem]]:
    """An item from the author's form, or None and everything wrong with it."""
    problems = [
        *_check_common(source),
        *_check_sources(source.get("sources")),
        *picture.check(source),
        *formula.check(source),
    ]
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
    author = str(source.get("author") or "").strip()
    reviewer = str(source.get("reviewer") or "").strip() or None
    stimulus = source.get("stimulus")
    return ItemVersion(
        id=str(source["id"]),
        type=str(source["type"]),
        tasks=tuple(texts(source["tasks"])),
        pool=Pool(str(source["pool"])),
        level=Level(str(source["level"])),
        difficulty=int(str(source["difficulty"])),
        content=content,
        key=key,
        sources=tuple(_source(entry) for entry in _entries(source.get("sources"))),
        stimulus=str(stimulus) if stimulus else None,
        enemies=frozenset(texts(source.get("enemies"))),
        author=author,
        reviewer=reviewer,
        status=effective_status(author, reviewer, ItemStatus(str(source.get("status", "draft")))),
    )


def _source(entry: Mapping[str, object]) -> Source:
    return Source(*(str(entry.get(name) or "") for name in Source.__dataclass_fields__))


def _entries(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (entry for entry in value if isinstance(entry, Mapping))


def texts(value: object) -> list[str]:
    """The entries of a list as text; what is no list has none."""
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


def digest(item: ItemVersion, stimulus_digest: str = "") -> str:
    """SHA-256 (hex) over everything that makes a new version; reviewing alone does not.

    ``stimulus_digest`` is that of the shared scenario's wording: another scenario text is
    another thing to answer, so it makes a new version of every item that shares it.
    """
    source = to_source(item)
    for name in ("author", "reviewer", "status"):
        del source[name]
    if stimulus_digest:
        source["stimulus_digest"] = stimulus_digest
    return digest_of(source)


def digest_of(value: object) -> str:
    """SHA-256 (hex) over a JSON value, independent of key order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_common(source: Mapping[str, object]) -> Iterator[Problem]:
    identifier = source.get("id")
    if not isinstance(identifier, str) or not STABLE_ID.fullmatch(identifier):
        yield Problem("id", shown(identifier), "bad_id", STABLE_ID_RULE)
    yield from _check_choice(source, "pool", Pool)
    yield from _check_choice(source, "level", Level)
    yield from _check_choice(source, "status", ItemStatus)
    yield from _check_tasks(source.get("tasks"))
    yield from _check_text(source, "author", required=True)
    yield from _check_text(source, "reviewer")
    yield from _check_text(source, "stimulus")
    difficulty = source.get("difficulty")
    if isinstance(difficulty, bool) or not isinstance(difficulty, int) or not 0 <= difficulty <= 100:
        detail = "a whole percentage expected to answer right, 0 to 100"
        yield Problem("difficulty", shown(difficulty), "out_of_range", detail)
    enemies = source.get("enemies")
    if enemies is not None and not isinstance(enemies, list):
        yield Problem("enemies", shown(enemies), "not_a_list", "a list of item ids")


def _check_tasks(tasks: object) -> Iterator[Problem]:
    if not isinstance(tasks, list) or not tasks:
        yield Problem("tasks", shown(tasks), "missing", "a list of at least one task code is needed")
        return
    for index, code in enumerate(tasks):
        if not isinstance(code, str):
            yield Problem(f"tasks[{index}]", shown(code), "not_text", 'put the code in quotes: "1.A"')
        elif code in tasks[:index]:
            yield Problem(f"tasks[{index}]", shown(code), "duplicate_code", "a task code stands twice")


def _check_text(source: Mapping[str, object], name: str, required: bool = False) -> Iterator[Problem]:
    value = source.get(name)
    if value is None or value == "":
        if required:
            yield Problem(name, "", "missing", "text is required")
    elif not isinstance(value, str):
        yield Problem(name, shown(value), "not_text", "expected text; put it in quotes")
    elif not value.strip():
        yield Problem(name, value, "missing", "blank text says nothing")
    elif len(value) > LONGEST_NAME:
        yield Problem(name, shown(value), "too_long", f"at most {LONGEST_NAME} characters")


def _check_choice(source: Mapping[str, object], name: str, kind: type[StrEnum]) -> Iterator[Problem]:
    value = source.get(name, "draft" if name == "status" else None)
    if not isinstance(value, str) or value not in set(kind):
        reason = "missing" if value is None else "unknown_value"
        yield Problem(name, shown(value), reason, f"one of: {', '.join(kind)}")


def _check_sources(value: object) -> Iterator[Problem]:
    if not isinstance(value, list) or not value:
        yield Problem("sources", shown(value), "missing", "a list of at least one source is needed")
        return
    for index, entry in enumerate(value):
        yield from _check_source(entry, f"sources[{index}]")


def _check_source(entry: object, place: str) -> Iterator[Problem]:
    known = Source.__dataclass_fields__
    if not isinstance(entry, Mapping):
        yield Problem(place, shown(entry), "not_a_mapping", ", ".join(known))
        return
    for name in sorted(map(str, set(entry) - set(known))):
        yield Problem(f"{place}.{name}", "", "unknown_field", f"known: {', '.join(known)}")
    if not str(entry.get("authority") or "").strip():
        yield Problem(f"{place}.authority", "", "missing", "which text says so")
    for name in ("as_of", "review_by"):
        told = str(entry.get(name) or "")
        if not YEAR_MONTH.fullmatch(told):
            yield Problem(f"{place}.{name}", shown(told), "bad_date", 'a month in quotes: "2026-11"')


def shown(value: object) -> str:
    """An offending value as a problem shows it: short, and empty when there was none."""
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:59] + "…"

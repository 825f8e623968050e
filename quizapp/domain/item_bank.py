"""An item bank: its header, the scenarios its items share, and what may go wrong between items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from quizapp.domain import formula, picture
from quizapp.domain.errors import Problem
from quizapp.domain.item import STABLE_ID, STABLE_ID_RULE, ItemVersion, digest_of, shown, texts

DISTRIBUTIONS = ("public", "restricted")
SME_REVIEWS = ("pending", "done")
LENGTHS = {"framework": 64, "framework_version": 40, "title": 200, "licence": 60, "language": 20}
FIELDS = frozenset({"id", *LENGTHS, "distribution", "sme_review", "notes"})
STIMULUS_FIELDS = frozenset({"id", "title", "text"})
LONGEST_TITLE = 200
#: Approved secure items a task needs under the default rule: 8 on a first form, 4 on a top-up.
SECURE_NEEDED = 12
#: Approved practice items that let somebody practise a task without meeting the same ones at once.
PRACTICE_NEEDED = 6


@dataclass(frozen=True, slots=True)
class ItemBank:
    """The header of an authored collection: what may be said about all of its items."""

    id: str
    framework: str
    framework_version: str
    title: str
    distribution: str
    sme_review: str
    licence: str
    language: str = "en"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A scenario that several items share."""

    id: str
    title: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over its wording."""
        return digest_of({"id": self.id, "title": self.title, "text": self.text})


class CoverageLevel(StrEnum):
    """How far a bank's approved items carry one task."""

    OK = "ok"
    LOW = "low"
    HOLE = "hole"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Approved items of one task against what certification needs under the default rule."""

    task_code: str
    secure: int = 0
    practice: int = 0
    waiting: int = 0

    @property
    def secure_missing(self) -> int:
        """Secure items still to write and approve."""
        return max(SECURE_NEEDED - self.secure, 0)

    @property
    def practice_missing(self) -> int:
        """Practice items still to write and approve."""
        return max(PRACTICE_NEEDED - self.practice, 0)

    @property
    def level(self) -> CoverageLevel:
        """A hole has no approved item at all."""
        if not self.secure and not self.practice:
            return CoverageLevel.HOLE
        return CoverageLevel.LOW if self.secure_missing or self.practice_missing else CoverageLevel.OK


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """What items say about each other, and the place their problems are reported at.

    Read from the author's form as it stands, so that an item with a problem of its own is
    still known to the items that name it.
    """

    place: str
    id: str
    tasks: tuple[str, ...]
    pool: str
    stimulus: str
    enemies: frozenset[str]

    @classmethod
    def of(cls, place: str, source: Mapping[str, object]) -> PlacedItem:
        """The author's form of an item, at a place."""
        return cls(
            place=place,
            id=str(source.get("id") or ""),
            tasks=tuple(texts(source.get("tasks"))),
            pool=str(source.get("pool") or ""),
            stimulus=str(source.get("stimulus") or ""),
            enemies=frozenset(texts(source.get("enemies"))),
        )


def saying(item: ItemVersion, linked: Mapping[str, frozenset[str]]) -> ItemVersion:
    """An item as a file tells it: what it is linked with beside its version stands among its enemies."""
    return replace(item, enemies=item.enemies | linked.get(item.id, frozenset()))


def unsaid(
    item: ItemVersion, linked: Mapping[str, frozenset[str]], said: Mapping[str, Collection[str]]
) -> ItemVersion:
    """An item of a file without the enemies it is linked with already, unless its version ``said`` them.

    What a file carried out and brings back is no new wording.
    """
    beside = linked.get(item.id, frozenset()) - frozenset(said.get(item.id, ()))
    return replace(item, enemies=item.enemies - beside)


def read_bank(source: Mapping[str, object]) -> tuple[ItemBank | None, list[Problem]]:
    """A bank's header from the author's form, or None and everything wrong with it."""
    problems = [*_check_header(source), *_check_unknown(source, FIELDS)]
    if problems:
        return None, problems
    told = {name: str(source[name]) for name in FIELDS - {"notes", "language"}}
    notes = tuple(texts(source.get("notes")))
    return ItemBank(**told, language=str(source.get("language") or "en"), notes=notes), []


def _check_header(source: Mapping[str, object]) -> Iterator[Problem]:
    yield from _check_id(source)
    for name, longest in LENGTHS.items():
        if name != "language" or source.get(name) is not None:
            yield from _check_text(source, name, longest)
    for name, known in (("distribution", DISTRIBUTIONS), ("sme_review", SME_REVIEWS)):
        if source.get(name) not in known:
            yield Problem(name, shown(source.get(name)), "unknown_value", f"one of: {', '.join(known)}")
    notes = source.get("notes")
    if notes is not None and not isinstance(notes, list):
        yield Problem("notes", shown(notes), "not_a_list", "a list of texts")
    for index, note in enumerate(notes if isinstance(notes, list) else ()):
        if not isinstance(note, str):
            yield Problem(f"notes[{index}]", shown(note), "not_text", "expected text; put it in quotes")


def read_stimulus(source: Mapping[str, object]) -> tuple[Stimulus | None, list[Problem]]:
    """A scenario from the author's form, or None and everything wrong with it."""
    problems = [
        *_check_id(source),
        *_check_text(source, "title", LONGEST_TITLE),
        *_check_text(source, "text", None),
        *_check_unknown(source, STIMULUS_FIELDS),
        *picture.check(source),
        *formula.check(source),
    ]
    if problems:
        return None, problems
    return Stimulus(*(str(source[name]).strip() for name in ("id", "title", "text"))), []


def _check_id(source: Mapping[str, object]) -> Iterator[Problem]:
    identifier = source.get("id")
    if not isinstance(identifier, str) or not STABLE_ID.fullmatch(identifier):
        yield Problem("id", shown(identifier), "bad_id", STABLE_ID_RULE)


def _check_text(source: Mapping[str, object], name: str, longest: int | None) -> Iterator[Problem]:
    value = source.get(name)
    if value is not None and not isinstance(value, str):
        yield Problem(name, shown(value), "not_text", "expected text; put it in quotes")
    elif not value or not value.strip():
        yield Problem(name, "", "missing", "text is required")
    elif longest and len(value) > longest:
        yield Problem(name, shown(value), "too_long", f"at most {longest} characters")


def _check_unknown(source: Mapping[str, object], known: Collection[str]) -> Iterator[Problem]:
    for name in sorted(map(str, source.keys() - known)):
        yield Problem(shown(name), "", "unknown_field", f"known: {', '.join(sorted(known))}")


@dataclass(slots=True)
class _Seen:
    items: dict[str, str] = field(default_factory=dict)
    stimulus_pool: dict[str, str] = field(default_factory=dict)


def check_bank(
    items: Sequence[PlacedItem], stimuli: Iterable[str], task_codes: Iterable[str]
) -> list[Problem]:
    """Everything wrong between the items of one bank: ids, codes, scenarios, enemies.

    ``stimuli`` are the ids of the bank's scenarios, repeated where they are declared twice.
    """
    problems: list[Problem] = []
    scenarios, codes, seen = Counter(stimuli), frozenset(task_codes), _Seen()
    known = {placed.id for placed in items}
    for name, times in scenarios.items():
        if times > 1:
            problems.append(Problem("stimuli", name, "duplicate_id", "stands more than once"))
    for placed in items:
        problems += [p.at(placed.place) for p in _check_identity(placed, codes, known, seen)]
        problems += [p.at(placed.place) for p in _check_stimulus(placed, scenarios, seen)]
    return problems


def _check_identity(
    placed: PlacedItem, codes: Collection[str], known: Collection[str], seen: _Seen
) -> Iterator[Problem]:
    if seen.items.setdefault(placed.id, placed.place) != placed.place:
        yield Problem("id", placed.id, "duplicate_id", f"also at {seen.items[placed.id]}")
    for index, code in enumerate(placed.tasks):
        if code not in codes:
            detail = "the framework has no such task statement"
            yield Problem(f"tasks[{index}]", shown(code), "unknown_code", detail)
    for enemy in sorted(placed.enemies):
        if enemy == placed.id:
            yield Problem("enemies", enemy, "own_enemy", "an item cannot be its own enemy")
        elif enemy not in known:
            yield Problem("enemies", shown(enemy), "unknown_item", "no such item in the bank")


def _check_stimulus(placed: PlacedItem, scenarios: Mapping[str, int], seen: _Seen) -> Iterator[Problem]:
    if not placed.stimulus:
        return
    if placed.stimulus not in scenarios:
        yield Problem("stimulus", shown(placed.stimulus), "unknown_stimulus", "no such scenario in the bank")
    elif seen.stimulus_pool.setdefault(placed.stimulus, placed.pool) != placed.pool:
        detail = "a scenario serves one pool: practising it would expose the secure items"
        yield Problem("stimulus", placed.stimulus, "pools_mixed", detail)

"""What becomes of each item of a file that is brought into a bank.

Nothing is taken that was found wrong, nothing twice, and nothing better than a draft: a second
person has to look at what came from outside, unless whoever imports may load banks as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from quizapp.domain import picture
from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Fidelity
from quizapp.domain.item import ItemStatus, ItemVersion, Pool, digest, digest_of, read_item, to_source
from quizapp.domain.item_bank import PlacedItem, Stimulus, check_bank

#: Items without a name of their own get one made of their words, so that the same file again is known.
MADE_ID = "item-"
MADE_ID_DIGITS = 12
#: The place of items that are in the bank already, in problems between items.
IN_BANK = "the bank"


class Outcome(StrEnum):
    """What becomes of one entry of a file."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


TAKEN = frozenset({Outcome.NEW, Outcome.REVISED})


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that is in the bank already."""

    item: ItemVersion
    digest: str

    @property
    def wording(self) -> str:
        """The digest of what it asks, whatever it is called and tagged with."""
        return wording(self.item)


@dataclass(frozen=True, slots=True)
class KnownBank:
    """What an import has to agree with; ``pictures`` are names of stored ones and of the file's own."""

    task_codes: tuple[str, ...]
    items: Mapping[str, KnownItem] = field(default_factory=dict)
    stimuli: Mapping[str, Stimulus] = field(default_factory=dict)
    pictures: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as an item, or what is wrong with it."""

    entry: Entry
    item: ItemVersion | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is told about one entry; ``item`` is there for what will be stored."""

    place: str
    name: str
    outcome: Outcome
    stem: str = ""
    changes: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    original: Mapping[str, str] = field(default_factory=dict)
    item: ItemVersion | None = None

    @property
    def fidelity(self) -> Fidelity:
        """Whether the entry came as it is, with a stated change, or not at all."""
        if self.outcome is Outcome.REFUSED:
            return Fidelity.REFUSED
        return Fidelity.CHANGED if self.changes else Fidelity.AS_IS


def wording(item: ItemVersion) -> str:
    """SHA-256 (hex) over what an item asks: its type, its content and its key."""
    return digest_of({"type": item.type, "content": item.content, "key": item.key})


def read(entry: Entry, author: str, keeps_status: bool = False) -> Draft:
    """An entry as a draft by its own author, or by ``author`` where it names none.

    With ``keeps_status`` status and reviewer stay as the file says.
    """
    if entry.source is None:
        return Draft(entry, None, entry.problems)
    source = dict(entry.source)
    source.setdefault("id", MADE_ID + digest_of(source)[:MADE_ID_DIGITS])
    source["author"] = source.get("author") or author
    if not keeps_status:
        source |= {"status": ItemStatus.DRAFT.value, "reviewer": None}
    item, problems = read_item(source)
    return Draft(entry, item, (*entry.problems, *problems))


def judge(drafts: Sequence[Draft], bank: KnownBank, stimuli: Iterable[Stimulus] = ()) -> list[Line]:
    """A line for each draft, in their order; ``stimuli`` are the file's own scenarios."""
    told = {stimulus.id: stimulus for stimulus in stimuli}
    between = _between(drafts, bank, told)
    seen = {known.wording: name for name, known in bank.items.items()}
    lines = []
    for draft, more in zip(drafts, between, strict=True):
        problems = (*draft.problems, *more)
        if draft.item is None or problems:
            lines.append(_line(draft, Outcome.REFUSED, problems))
            continue
        lines.append(_judge(draft, draft.item, bank, {**bank.stimuli, **told}, seen))
        seen.setdefault(wording(draft.item), draft.item.id)
    return lines


def _judge(
    draft: Draft, item: ItemVersion, bank: KnownBank, stimuli: Mapping[str, Stimulus], seen: Mapping[str, str]
) -> Line:
    known = bank.items.get(item.id)
    if known is not None:
        is_same = known.digest == digest(item, stimuli[item.stimulus].digest if item.stimulus else "")
        return _line(draft, Outcome.UNCHANGED if is_same else Outcome.REVISED)
    twin = seen.get(wording(item))
    if twin is None:
        return _line(draft, Outcome.NEW)
    detail = "the same question is there under another id; it was not taken again"
    return _line(draft, Outcome.DUPLICATE, (Problem("id", twin, "duplicate_item", detail),))


def _line(draft: Draft, outcome: Outcome, problems: Sequence[Problem] = ()) -> Line:
    entry, item = draft.entry, draft.item
    source = entry.source or {}
    return Line(
        place=entry.place,
        name=item.id if item else entry.name or str(source.get("id") or ""),
        outcome=outcome,
        stem=str(source.get("stem") or ""),
        changes=entry.changes,
        problems=tuple(problems),
        original=entry.original,
        item=item if outcome in TAKEN else None,
    )


def _between(
    drafts: Sequence[Draft], bank: KnownBank, stimuli: Mapping[str, Stimulus]
) -> list[list[Problem]]:
    """What is wrong between each draft, the others and the bank."""
    ids = Counter(draft.item.id for draft in drafts if draft.item)
    placed = [_placed(number, draft) for number, draft in enumerate(drafts)]
    present = {draft.item.id for draft in drafts if draft.item}
    others = [
        PlacedItem.of(IN_BANK + name, to_source(known.item))
        for name, known in bank.items.items()
        if name not in present
    ]
    scenarios = {*bank.stimuli, *stimuli}
    # Those of the bank come first: what they say cannot be wrong, only what contradicts them.
    found = check_bank([*others, *(entry for entry in placed if entry)], scenarios, bank.task_codes)
    told: list[list[Problem]] = [[] for _ in drafts]
    for problem in found:
        if problem.place.isdecimal() and problem.reason != "duplicate_id":
            told[int(problem.place)].append(replace(problem, place=""))
    for draft, problems in zip(drafts, told, strict=True):
        problems += _against_bank(draft, bank, stimuli, present, ids)
    return told


def _placed(number: int, draft: Draft) -> PlacedItem | None:
    return PlacedItem.of(str(number), draft.entry.source) if draft.entry.source is not None else None


def _against_bank(
    draft: Draft,
    bank: KnownBank,
    stimuli: Mapping[str, Stimulus],
    present: Collection[str],
    ids: Mapping[str, int],
) -> Iterable[Problem]:
    item = draft.item
    if item is None:
        return
    if ids[item.id] > 1:
        yield Problem("id", item.id, "duplicate_id", "more than one item of the file has this id")
    known = bank.items.get(item.id)
    if known is not None and known.item.pool is Pool.PRACTICE and item.pool is Pool.SECURE:
        detail = "people have practised it; it cannot become secure again"
        yield Problem("pool", item.pool.value, "practised_item", detail)
    scenario = stimuli.get(item.stimulus or "")
    if scenario and _is_another(scenario, bank, present):
        detail = "the bank has this scenario in other words, and items on it that are not in the file"
        yield Problem("stimulus", scenario.id, "other_scenario", detail)
    text = scenario or bank.stimuli.get(item.stimulus or "")
    for name in sorted(picture.names([to_source(item), text.text if text else ""]) - set(bank.pictures)):
        yield Problem("picture", name, "no_such_picture", "neither in the file nor in the bank")


def _is_another(scenario: Stimulus, bank: KnownBank, present: Collection[str]) -> bool:
    """Whether taking a scenario would leave items of the bank on an older wording of it."""
    known = bank.stimuli.get(scenario.id)
    return (
        known is not None
        and known.digest != scenario.digest
        and any(
            other.item.stimulus == scenario.id for name, other in bank.items.items() if name not in present
        )
    )

"""Looking through banks: what they cover, which items they hold, and one item in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.framework import Framework
from quizapp.domain.item import ItemStatus, ItemVersion, Pool
from quizapp.domain.item_bank import Coverage, Stimulus
from quizapp.domain.item_types import Review, item_type
from quizapp.domain.item_types.base import as_stored
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import frameworks as framework_store
from quizapp.store import item_drafts, item_lists
from quizapp.store import items as store


@dataclass(frozen=True, slots=True)
class BankSummary:
    """A bank's header and how many of its items are approved, by pool."""

    bank_id: str
    title: str
    framework_id: str
    framework_version: str
    distribution: str
    sme_review: str
    licence: str
    language: str
    notes: tuple[str, ...]
    digest: str
    loaded_at: datetime
    items: int
    secure: int
    practice: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list; without its key."""

    item_id: str
    type: str
    tasks: tuple[str, ...]
    pool: str
    status: str
    is_suspended: bool
    level: str
    difficulty: int
    version: int
    stem: str
    author: str
    #: What learners read of its options, in one text.
    options: str = ""

    @property
    def searched(self) -> str:
        """The words a search looks at."""
        return "\n".join([self.item_id, self.stem, self.options, self.author])


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list; an empty field asks for nothing."""

    task: str = ""
    pool: str = ""
    type: str = ""
    status: str = ""
    text: str = ""

    def keeps(self, line: ItemLine) -> bool:
        """Whether an item answers to every field; text is looked for in id, stem, options and author."""
        wanted = self.text.strip().casefold()
        return (
            (not self.task or self.task in line.tasks)
            and self.pool in ("", line.pool)
            and self.type in ("", line.type)
            and self.status in ("", line.status)
            and (not wanted or wanted in line.searched.casefold())
        )


@dataclass(frozen=True, slots=True)
class TaskItems:
    """All items of a bank whose evidence counts for one task, counted by (pool, state) and by type."""

    states: Mapping[tuple[str, str], int]
    types: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BankPage:
    """A bank, its framework, and for every task statement in source order what the bank holds."""

    bank: BankSummary
    framework: Framework
    coverage: Mapping[str, Coverage]
    items_by_task: Mapping[str, TaskItems]
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class WordingLine:
    """One frozen wording in an item's history."""

    number: int
    created_at: datetime
    digest: str
    author: str
    reviewer: str | None


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item in full. ``review`` holds the key and is None for those who may not read it."""

    bank: BankSummary
    framework: Framework
    line: ItemLine
    view: Mapping[str, Any]
    stimulus: Stimulus | None
    sources: tuple[Mapping[str, Any], ...]
    scoring: str
    review: Review | None
    history: tuple[WordingLine, ...]


def banks(context: Context, actor: Actor, framework_id: str | None = None) -> list[BankSummary]:
    """Every bank, or those of one framework, by title."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        tallies = item_lists.tallies(session)
        return [
            _summary(row, [t for t in tallies if t.bank_row_id == row.id])
            for row in item_lists.banks(session, framework_id)
        ]


def banks_with_coverage(
    context: Context, actor: Actor, framework_id: str
) -> list[tuple[BankSummary, dict[str, Coverage]]]:
    """The banks of one framework, each with its coverage by task code."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        tallies = item_lists.tallies(session)
        found = []
        for row in item_lists.banks(session, framework_id):
            own = [t for t in tallies if t.bank_row_id == row.id]
            found.append((_summary(row, own), _coverage(session, row, own)))
        return found


def bank(context: Context, actor: Actor, bank_id: str, wanted: ItemFilter | None = None) -> BankPage:
    """A bank's coverage and those of its items that ``wanted`` keeps; raises `NotFound`."""
    actor.require(Permission.BROWSE_BANK)
    wanted = wanted or ItemFilter()
    with context.reading() as session:
        row, tallies = _bank(session, bank_id)
        framework = framework_of(session, row)
        told = [_line(line) for line in item_lists.lines(session, row.id)]
        return BankPage(
            bank=_summary(row, tallies),
            framework=framework,
            coverage=_coverage(session, row, tallies),
            items_by_task={code: _items_of(code, told) for code in framework.task_codes},
            lines=tuple(line for line in told if wanted.keeps(line)),
        )


def header(context: Context, actor: Actor, bank_id: str) -> tuple[BankSummary, Framework]:
    """A bank without its items, and its framework; raises `NotFound`."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        row, tallies = _bank(session, bank_id)
        return _summary(row, tallies), framework_of(session, row)


def item(context: Context, actor: Actor, bank_id: str, item_id: str) -> ItemPage:
    """One item in its current wording; the key only for those who may read keys."""
    actor.require(Permission.BROWSE_BANK)
    may_read_key = actor.may(Permission.READ_KEYS)
    with context.reading() as session:
        row, tallies = _bank(session, bank_id)
        found = item_lists.item(session, bank_id, item_id)
        if found is None:
            raise NotFound("not_found", noun="item", item=item_id)
        wordings = item_lists.versions(session, found.id)
        current = next(w for w in wordings if w.id == found.current_version_id)
        version = store.to_domain(found, current, item_lists.task_codes(session, current.id), None)
        scenario = item_lists.stimulus(session, current.stimulus_version_id)
        return ItemPage(
            bank=_summary(row, tallies),
            framework=framework_of(session, row),
            line=_line_of(version, current.number, found.suspended_at is not None),
            view=_view(version),
            stimulus=Stimulus(scenario.stimulus_id, scenario.title, scenario.text) if scenario else None,
            sources=tuple(current.sources),
            scoring=str(version.key.get("scoring", "")) if may_read_key else "",
            review=_review(version) if may_read_key else None,
            history=tuple(_wording(w) for w in wordings),
        )


def _view(version: ItemVersion) -> dict[str, Any]:
    kind = item_type(version.type)
    return kind.present(kind.settle(version.content, as_stored), as_stored)


def _review(version: ItemVersion) -> Review:
    return item_type(version.type).describe(version.content, version.key, None)


def _wording(row: store.RowItemVersion) -> WordingLine:
    return WordingLine(row.number, row.created_at, row.digest, row.author, row.reviewer)


def _bank(session: Session, bank_id: str) -> tuple[store.RowItemBank, list[item_lists.Tally]]:
    row = store.bank(session, bank_id)
    if row is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return row, item_lists.tallies(session, row.id)


def framework_of(session: Session, row: store.RowItemBank) -> Framework:
    """The framework a bank is written for; raises `NotFound`."""
    found = framework_store.find(session, row.framework_id, row.framework_version)
    if found is None:
        raise NotFound("framework_not_loaded", framework=row.framework_id, version=row.framework_version)
    return framework_store.to_domain(found)


def _summary(row: store.RowItemBank, tallies: Iterable[item_lists.Tally]) -> BankSummary:
    told = list(tallies)
    approved = _approved(told)
    return BankSummary(
        bank_id=row.bank_id,
        title=row.title,
        framework_id=row.framework_id,
        framework_version=row.framework_version,
        distribution=row.distribution,
        sme_review=row.sme_review,
        licence=row.licence,
        language=row.language,
        notes=tuple(row.notes),
        digest=row.digest,
        loaded_at=row.loaded_at,
        items=sum(tally.items for tally in told),
        secure=sum(n for (_, pool), n in approved.items() if pool == Pool.SECURE),
        practice=sum(n for (_, pool), n in approved.items() if pool == Pool.PRACTICE),
    )


def _approved(tallies: Iterable[item_lists.Tally]) -> Counter[tuple[str, str]]:
    """Items that may be served, by (task code, pool)."""
    counted: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        if tally.status == ItemStatus.APPROVED.value and not tally.is_suspended:
            counted[tally.task_code, tally.pool] += tally.items
    return counted


def _coverage(
    session: Session, row: store.RowItemBank, tallies: list[item_lists.Tally]
) -> dict[str, Coverage]:
    framework, approved = framework_of(session, row), _approved(tallies)
    waiting = Counter(item_drafts.new_items(session, row.id))
    for tally in tallies:
        if tally.status in (ItemStatus.DRAFT.value, ItemStatus.IN_REVIEW.value):
            waiting[tally.task_code] += tally.items
    return {
        code: Coverage(
            code,
            approved[code, Pool.SECURE.value],
            approved[code, Pool.PRACTICE.value],
            waiting[code],
        )
        for code in framework.task_codes
    }


def _items_of(code: str, lines: Iterable[ItemLine]) -> TaskItems:
    own = [line for line in lines if line.tasks[0] == code]
    return TaskItems(
        states=Counter((line.pool, line.status) for line in own),
        types=Counter(line.type for line in own),
    )


def _line(line: item_lists.Line) -> ItemLine:
    row = line.item
    return ItemLine(
        item_id=row.item_id,
        type=line.type,
        tasks=line.tasks,
        pool=row.pool,
        status=row.status,
        is_suspended=row.suspended_at is not None,
        level=line.level,
        difficulty=line.difficulty,
        version=line.number,
        stem=str(line.content.get("stem", "")).strip(),
        author=line.author,
        options=_options(line.content),
    )


def _options(content: Mapping[str, Any]) -> str:
    rows = [row for name in ("prompts", "options") for row in content.get(name, ())]
    return "\n".join(str(row.get("text", "")) for row in rows if isinstance(row, Mapping))


def _line_of(version: ItemVersion, number: int, is_suspended: bool) -> ItemLine:
    return ItemLine(
        item_id=version.id,
        type=version.type,
        tasks=version.tasks,
        pool=version.pool.value,
        status=version.status.value,
        is_suspended=is_suspended,
        level=version.level.value,
        difficulty=version.difficulty,
        version=number,
        stem=str(version.content.get("stem", "")).strip(),
        author=version.author,
    )

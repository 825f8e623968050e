"""Item banks: loaded from files whole or not at all, each wording frozen once it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from quizapp.domain.errors import Invalid, NotFound, Problem, Refused
from quizapp.domain.item import ItemStatus, ItemVersion, Pool, digest, digest_of
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.domain.person import Actor, Permission
from quizapp.services import items_check
from quizapp.services.items_check import BankCheck, FileProblem, ReadBank, check_bank_files
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import frameworks as framework_store
from quizapp.store import items as store

__all__ = ["BankCheck", "BankLoaded", "FileProblem", "check_bank_files", "load_bank"]

Progress = Callable[[int, int], None]
OUTCOMES: tuple[str, ...] = ("new", "revised", "reviewed", "unchanged")
HEADER_COLUMNS = {"id": "bank_id", "framework": "framework_id"}


@dataclass(frozen=True, slots=True)
class BankLoaded:
    """What a load did.

    ``new`` items, ``revised`` ones (a new version), ``reviewed`` ones (the same wording with
    another author, reviewer or status) and ``unchanged`` ones add up to ``items``. ``missing``
    names items that are in the database and no longer in the files; they stay as they are.
    """

    bank_id: str
    items: int
    new: int
    revised: int
    unchanged: int
    reviewed: int = 0
    missing: tuple[str, ...] = ()
    digest: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether any item changed."""
        return bool(self.new or self.revised or self.reviewed)


def load_bank(context: Context, actor: Actor, path: Path, progress: Progress | None = None) -> BankLoaded:
    """Load a bank folder, or a shipped bank by name; loading the same files changes nothing.

    ``progress`` is told (items done, items in all). Raises `Invalid` ("bad_bank") with every
    problem, `NotFound` ("no_such_path", "unreadable", "framework_not_loaded") and `Refused`
    ("practised_item", "other_framework").
    """
    actor.require(Permission.LOAD_BANK)
    bank, header = _read(context, items_check.find(path))
    with context.transaction(actor) as uow:
        loading = _Loading(uow, bank, header)
        loading.run(progress or (lambda _done, _total: None))
        return loading.told()


def _read(context: Context, folder: Path) -> tuple[ReadBank, ItemBank]:
    first = items_check.read(folder, None)
    if first.header is None:
        raise Invalid("bad_bank", _problems(first))
    framework, version = first.header.framework, first.header.framework_version
    with context.reading() as session:
        row = framework_store.find(session, framework, version)
        if row is None:
            raise NotFound("framework_not_loaded", framework=framework, version=version)
        codes = framework_store.to_domain(row).task_codes
    bank = items_check.read(folder, codes)
    if bank.problems or bank.header is None:
        raise Invalid("bad_bank", _problems(bank))
    return bank, bank.header


def _problems(bank: ReadBank) -> list[Problem]:
    return [Problem(p.field, p.value, p.reason, p.detail, p.place) for p in bank.problems]


@dataclass(slots=True)
class _Loading:
    """One load: what is stored already, what the files say, and what was done about it."""

    uow: UnitOfWork
    bank: ReadBank
    header: ItemBank
    row: store.RowItemBank = field(init=False)
    known: dict[str, store.StoredItem] = field(init=False)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    digests: dict[str, str] = field(default_factory=dict)
    versions: list[store.RowItemVersion] = field(default_factory=list)
    tasks: list[store.RowItemTask] = field(default_factory=list)

    def run(self, progress: Progress) -> None:
        self.row, is_changed = self._bank_row()
        self.known = {s.item.item_id: s for s in store.stored(self.uow.session, self.row.id)}
        self._refuse_practised()
        stimuli = self._stimuli()
        self.uow.flush()
        for done, item in enumerate(self.bank.items, start=1):
            self.counts[self._item(item, stimuli)] += 1
            progress(done, len(self.bank.items))
        self._store_versions()
        self._finish(is_changed)

    def told(self) -> BankLoaded:
        return BankLoaded(
            bank_id=self.row.bank_id,
            items=len(self.bank.items),
            missing=self._missing(),
            digest=self.row.digest,
            **self.counts,
        )

    def _missing(self) -> tuple[str, ...]:
        return tuple(sorted(self.known.keys() - {item.id for item in self.bank.items}))

    def _bank_row(self) -> tuple[store.RowItemBank, bool]:
        told = asdict(self.header) | {"notes": list(self.header.notes)}
        columns = {HEADER_COLUMNS.get(name, name): value for name, value in told.items()}
        row = store.bank(self.uow.session, self.header.id)
        if row is None:
            row = store.RowItemBank(id=self.uow.new_id(), digest="", loaded_at=self.uow.now, **columns)
            self.uow.session.add(row)
            self.uow.flush()
            return row, True
        if row.framework_id != self.header.framework:
            raise Refused("other_framework", bank=row.bank_id, framework=row.framework_id)
        return row, store.change(row, columns)

    def _refuse_practised(self) -> None:
        practised = [
            item.id
            for item in self.bank.items
            if item.pool is Pool.SECURE
            and item.id in self.known
            and self.known[item.id].item.pool == Pool.PRACTICE.value
        ]
        if practised:
            raise Refused("practised_item", items=", ".join(practised))

    def _stimuli(self) -> Mapping[str, store.RowStimulus]:
        current = store.current_stimuli(self.uow.session, self.row.id)
        return {s.id: self._stimulus(s, current.get(s.id)) for s in self.bank.stimuli}

    def _stimulus(self, stimulus: Stimulus, known: store.RowStimulus | None) -> store.RowStimulus:
        if known is not None and known.digest == stimulus.digest:
            return known
        row = store.RowStimulus(
            id=self.uow.new_id(),
            bank_row_id=self.row.id,
            stimulus_id=stimulus.id,
            number=known.number + 1 if known else 1,
            digest=stimulus.digest,
            title=stimulus.title,
            text=stimulus.text,
            created_at=self.uow.now,
        )
        self.uow.session.add(row)
        return row

    def _item(self, item: ItemVersion, stimuli: Mapping[str, store.RowStimulus]) -> str:
        """Store what is new about one item; gives what happened, one of OUTCOMES."""
        scenario = stimuli[item.stimulus] if item.stimulus else None
        told = digest(item, scenario.digest if scenario else "")
        self.digests[item.id] = told
        known = self.known.get(item.id)
        if known is None:
            row = store.RowItem(
                id=self.uow.new_id(), bank_row_id=self.row.id, item_id=item.id, suspended_at=None
            )
            self._version(row, item, scenario, 1, told)
            self.uow.session.add(row)
            return "new"
        if known.version.digest != told:
            self._version(known.item, item, scenario, known.version.number + 1, told)
            return "revised"
        is_changed = store.change(known.version, {"author": item.author, "reviewer": item.reviewer})
        is_changed |= store.change(known.item, {"status": _status(known.item, item).value})
        return "reviewed" if is_changed else "unchanged"

    def _version(
        self,
        row: store.RowItem,
        item: ItemVersion,
        scenario: store.RowStimulus | None,
        number: int,
        told: str,
    ) -> None:
        version_id = self.uow.new_id()
        version = store.version_row(item, version_id, row.id, number, told)
        version.created_at = self.uow.now
        version.stimulus_version_id = scenario.id if scenario else None
        self.versions.append(version)
        self.tasks += store.task_rows(item, version_id)
        row.status = _status(row, item).value
        row.pool, row.scoring_task = item.pool.value, item.scoring_task
        row.current_version_id = version_id

    def _store_versions(self) -> None:
        # Rows that refer to each other by foreign key alone are inserted in this order.
        self.uow.flush()
        self.uow.session.add_all(self.versions)
        self.uow.flush()
        self.uow.session.add_all(self.tasks)

    def _finish(self, is_changed: bool) -> None:
        kept = {name: s.version.digest for name, s in self.known.items() if name not in self.digests}
        total = digest_of(sorted([*kept.values(), *self.digests.values()]))
        if not is_changed and self.row.digest == total and not self.counts["reviewed"]:
            return
        self.row.digest, self.row.loaded_at = total, self.uow.now
        missing = len(self._missing())
        self.uow.audit("load", "item_bank", self.row.bank_id, digest=total, missing=missing, **self.counts)


def _status(row: store.RowItem, item: ItemVersion) -> ItemStatus:
    """The status of the files, except that nothing comes back from retirement."""
    return ItemStatus.RETIRED if row.status == ItemStatus.RETIRED.value else item.status

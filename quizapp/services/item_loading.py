"""Items on their way into the rows of a bank: what is new is stored, what is there stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quizapp.domain import item_bank
from quizapp.domain.errors import Refused
from quizapp.domain.item import ItemStatus, ItemVersion, Pool, digest, digest_of
from quizapp.domain.item_bank import Stimulus
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import item_lists
from quizapp.store import items as store

Progress = Callable[[int, int], None]
OUTCOMES: tuple[str, ...] = ("new", "revised", "reviewed", "unchanged")


@dataclass(slots=True)
class Loading:
    """One load into a bank's row; whoever loads writes the audit line.

    ``counts`` tell afterwards what happened, by `OUTCOMES`, and ``digests`` of what wording each item is.
    """

    uow: UnitOfWork
    row: store.RowItemBank
    items: Sequence[ItemVersion]
    stimuli: Sequence[Stimulus]
    known: dict[str, store.StoredItem] = field(init=False)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    digests: dict[str, str] = field(default_factory=dict)
    versions: list[store.RowItemVersion] = field(default_factory=list)
    tasks: list[store.RowItemTask] = field(default_factory=list)

    def run(self, progress: Progress) -> None:
        """Store what is new; ``progress`` is told (items done, items in all).

        Raises `Refused` ("practised_item") for items that would return from practice to secure.
        """
        self.known = {s.item.item_id: s for s in store.stored(self.uow.session, self.row.id)}
        self._leave_out_linked()
        self._refuse_practised()
        stimuli = self._stimuli()
        self.uow.flush()
        for done, item in enumerate(self.items, start=1):
            self.counts[self._item(item, stimuli)] += 1
            progress(done, len(self.items))
        self._store_versions()

    @property
    def digest(self) -> str:
        """What the bank's digest is now: over those of all its items' wordings."""
        kept = {name: s.version.digest for name, s in self.known.items() if name not in self.digests}
        return digest_of(sorted([*kept.values(), *self.digests.values()]))

    @property
    def missing(self) -> tuple[str, ...]:
        """Items that are in the bank and were not loaded; they stay as they are."""
        return tuple(sorted(self.known.keys() - {item.id for item in self.items}))

    def _leave_out_linked(self) -> None:
        linked = item_lists.links(self.uow.session, self.row.id)
        said = {name: s.version.enemies for name, s in self.known.items()}
        self.items = [item_bank.unsaid(item, linked, said) for item in self.items]

    def _refuse_practised(self) -> None:
        practised = [
            item.id
            for item in self.items
            if item.pool is Pool.SECURE
            and item.id in self.known
            and self.known[item.id].item.pool == Pool.PRACTICE.value
        ]
        if practised:
            raise Refused("practised_item", items=", ".join(practised))

    def _stimuli(self) -> Mapping[str, store.RowStimulus]:
        """The newest wording of every scenario of the bank and of the load, by its id."""
        current = store.current_stimuli(self.uow.session, self.row.id)
        return {**current, **{s.id: self._stimulus(s, current.get(s.id)) for s in self.stimuli}}

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


def _status(row: store.RowItem, item: ItemVersion) -> ItemStatus:
    """The status of the files, except that nothing comes back from retirement."""
    return ItemStatus.RETIRED if row.status == ItemStatus.RETIRED.value else item.status

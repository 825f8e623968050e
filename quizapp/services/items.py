"""Item banks: loaded from files whole or not at all, each wording frozen once it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from quizapp.domain import picture
from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.item import ItemVersion, to_source
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.domain.person import Actor, Permission
from quizapp.integrations.images import CleanPicture
from quizapp.services import items_check, pictures
from quizapp.services.item_loading import Loading, Progress
from quizapp.services.items_check import BankCheck, FileProblem, ReadBank, check_bank_files
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import frameworks as framework_store
from quizapp.store import items as store

__all__ = ["BankCheck", "BankLoaded", "FileProblem", "check_bank_files", "load_bank"]

HEADER_COLUMNS = {"id": "bank_id", "framework": "framework_id"}
MISSING_PICTURE = "neither in the folder media nor stored already"
Named = TypeVar("Named", ItemVersion, Stimulus)


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
    named, new = _clean(context, bank)
    with context.transaction(actor) as uow:
        row, is_changed = _bank_row(uow, header)
        for cleaned in new:
            pictures.keep(uow, cleaned)
        loading = Loading(uow, row, _renamed(bank.items, named), _renamed(bank.stimuli, named))
        loading.run(progress or (lambda _done, _total: None))
        _finish(uow, row, loading, is_changed)
        return BankLoaded(
            bank_id=row.bank_id,
            items=len(loading.items),
            missing=loading.missing,
            digest=row.digest,
            **loading.counts,
        )


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


def _clean(context: Context, bank: ReadBank) -> tuple[dict[str, str], list[CleanPicture]]:
    """What the bank's pictures are called here, and those that are new; they were found sound before."""
    with context.reading() as session:
        named, new, problems = pictures.clean_all(session, bank.files.pictures)
        texts = [*map(to_source, bank.items), *(stimulus.text for stimulus in bank.stimuli)]
        missing = picture.names(texts) - named.keys()
        missing -= pictures.known(session, missing)
    problems += [Problem("picture", name, "no_such_picture", MISSING_PICTURE) for name in sorted(missing)]
    raise_if_any("bad_bank", problems)
    return named, new


def _renamed(values: Iterable[Named], names: Mapping[str, str]) -> list[Named]:
    """Items or scenarios whose texts call pictures by their names in the database."""
    return [replace(value, **picture.renamed(_texts(value), names)) for value in values]


def _texts(value: Any) -> dict[str, Any]:
    """The fields of an item or a scenario that hold Markdown."""
    names = ("text",) if isinstance(value, Stimulus) else ("content", "key")
    return {name: getattr(value, name) for name in names}


def _bank_row(uow: UnitOfWork, header: ItemBank) -> tuple[store.RowItemBank, bool]:
    """The row of a bank, and whether anything the header says is new."""
    told = asdict(header) | {"notes": list(header.notes)}
    columns = {HEADER_COLUMNS.get(name, name): value for name, value in told.items()}
    row = store.bank(uow.session, header.id)
    if row is None:
        row = store.RowItemBank(id=uow.new_id(), digest="", loaded_at=uow.now, **columns)
        uow.session.add(row)
        uow.flush()
        return row, True
    if row.framework_id != header.framework:
        raise Refused("other_framework", bank=row.bank_id, framework=row.framework_id)
    return row, store.change(row, columns)


def _finish(uow: UnitOfWork, row: store.RowItemBank, loading: Loading, is_changed: bool) -> None:
    if not is_changed and row.digest == loading.digest and not loading.counts["reviewed"]:
        return
    row.digest, row.loaded_at = loading.digest, uow.now
    missing = len(loading.missing)
    uow.audit("load", "item_bank", row.bank_id, digest=row.digest, missing=missing, **loading.counts)

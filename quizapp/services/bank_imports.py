"""Items of other programs' files, and of our own, brought into a bank: looked at first, then taken whole.

Looking and taking are one path: the same reading, the same judging, and only then storing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from quizapp.domain import item_bank, picture
from quizapp.domain import item_import as domain
from quizapp.domain.errors import Invalid, NotFound, Problem
from quizapp.domain.exchange import Entry, Given, Package
from quizapp.domain.item import ItemVersion, Level, Pool, texts
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.item_import import TAKEN, Draft, KnownBank, KnownItem, Line, Outcome
from quizapp.domain.person import Actor, Permission
from quizapp.integrations.images import CleanPicture
from quizapp.integrations.item_formats import csv_items, guessing, item_format
from quizapp.services import pictures
from quizapp.services.item_loading import Loading
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import bank_contents, item_lists
from quizapp.store import frameworks as framework_store
from quizapp.store import items as store
from quizapp.store import people as people_store

Progress = Callable[[int, int], None]
MOST_ITEMS = 20_000
#: For so long a source is trusted that a file does not date.
REVIEW_YEARS = 1
UNNAMED_SOURCE = "The imported file"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What items get where their file says nothing."""

    tasks: tuple[str, ...] = ()
    #: Never the practice pool by itself: from there no way leads back.
    pool: str = Pool.SECURE.value
    level: str = Level.UNDERSTAND.value
    difficulty: int = 50
    authority: str = ""
    author: str = ""

    def fields(self, today: date) -> dict[str, object]:
        """The same as fields of the author's form."""
        told: dict[str, object] = {"pool": self.pool, "level": self.level, "difficulty": self.difficulty}
        told["sources"] = [
            {
                "authority": self.authority or UNNAMED_SOURCE,
                "section": "",
                "as_of": f"{today:%Y-%m}",
                "review_by": f"{today.year + REVIEW_YEARS}-{today:%m}",
            }
        ]
        told |= {"tasks": list(self.tasks)} if self.tasks else {}
        return told | ({"author": self.author} if self.author else {})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody brings: which bank for, in which format, and what it leaves open.

    ``accepts_valid`` takes what is sound and leaves the rest; without it one bad entry refuses all.
    ``keeps_status`` believes a file that says its items were reviewed.
    """

    bank_id: str
    form: str
    data: bytes
    defaults: Defaults = field(default_factory=Defaults)
    accepts_valid: bool = False
    keeps_status: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a file would do, or did: a line an entry, and what is said about the file as a whole."""

    bank_id: str
    form: str
    lines: tuple[Line, ...]
    notes: tuple[Problem, ...] = ()
    is_stored: bool = False

    def counts(self) -> dict[Outcome, int]:
        """Entries by what becomes of them."""
        counted = Counter(line.outcome for line in self.lines)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def taken(self) -> int:
        """How many items are new, or in new words."""
        return sum(line.outcome in TAKEN for line in self.lines)

    @property
    def refused(self) -> tuple[Line, ...]:
        """The entries that cannot be taken."""
        return tuple(line for line in self.lines if line.outcome is Outcome.REFUSED)

    def problems(self) -> list[Problem]:
        """Everything wrong with every refused entry, with its place."""
        return [problem.at(_place(line)) for line in self.refused for problem in line.problems]


def _place(line: Line) -> str:
    return f"{line.place}: {line.name}" if line.name else line.place


def preview(context: Context, actor: Actor, upload: Upload, progress: Progress | None = None) -> Report:
    """What `import_items` would do with the same file now; nothing is stored.

    Raises `Invalid` ("bad_file", "no_items"), `NotFound` ("not_found", "unknown_format").
    """
    _require(actor, upload)
    read = _read(context, actor, upload, progress)
    with context.reading() as session:
        return _report(upload, read, _judge(session, upload, read))


def import_items(context: Context, actor: Actor, upload: Upload, progress: Progress | None = None) -> Report:
    """Take a file's items into a bank: all, or with ``accepts_valid`` those that are sound.

    The same file again changes nothing. Raises as `preview` does, and `Invalid` ("items_refused") with
    every problem when entries are refused and the rest is not wanted; then nothing is stored.
    """
    _require(actor, upload)
    read = _read(context, actor, upload, progress)
    with context.transaction(actor) as uow:
        return store_items(uow, upload, read)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as far as it can be understood without its bank."""

    drafts: tuple[Draft, ...]
    stimuli: tuple[Stimulus, ...]
    notes: tuple[Problem, ...]
    names: frozenset[str]
    pictures: tuple[CleanPicture, ...]


def read_file(context: Context, actor: Actor, upload: Upload, progress: Progress | None = None) -> ReadFile:
    """Read a file for `store_items`, outside of any transaction: it takes time, and the bank no part."""
    _require(actor, upload)
    return _read(context, actor, upload, progress)


def store_items(uow: UnitOfWork, upload: Upload, read: ReadFile) -> Report:
    """Judge a file against its bank and store what is new, in a transaction of the caller's.

    Raises `Invalid` ("items_refused").
    """
    report = _report(upload, read, _judge(uow.session, upload, read))
    if report.refused and not upload.accepts_valid:
        raise Invalid("items_refused", report.problems(), refused=len(report.refused))
    _store(uow, upload, read, report)
    return replace(report, is_stored=True)


def _require(actor: Actor, upload: Upload) -> None:
    actor.require(Permission.LOAD_BANK)
    if upload.keeps_status:
        # Only who runs the installation can know that a second person looked at these items.
        actor.require(Permission.OPERATE)


# --- reading ----------------------------------------------------------------------------


def _read(context: Context, actor: Actor, upload: Upload, progress: Progress | None) -> ReadFile:
    reader = item_format(upload.form).read
    if reader is None:
        raise NotFound("unknown_format", name=upload.form)
    with context.reading() as session:
        codes = _task_codes(session, _bank(session, upload.bank_id))
        author = upload.defaults.author or _name(session, actor)
    fields = upload.defaults.fields(context.clock.now().date())
    package = reader(upload.data, Given(codes, fields))
    _check_size(package)
    with context.reading() as session:
        named, new, problems = pictures.clean_all(session, package.pictures)
    drafts = []
    for done, entry in enumerate(package.entries, start=1):
        drafts.append(domain.read(_renamed(entry, named), author, upload.keeps_status))
        if progress:
            progress(done, len(package.entries))
    stimuli = tuple(replace(s, text=picture.renamed(s.text, named)) for s in package.stimuli)
    notes = (*package.notes, *problems)
    return ReadFile(tuple(drafts), stimuli, notes, frozenset(named.values()), tuple(new))


def _check_size(package: Package) -> None:
    if not package.entries:
        raise Invalid("no_items", package.notes)
    if len(package.entries) > MOST_ITEMS:
        detail = f"at most {MOST_ITEMS} items in a file"
        raise Invalid("bad_file", [Problem("file", str(len(package.entries)), "too_long", detail)])


def _renamed(entry: Entry, named: Mapping[str, str]) -> Entry:
    """The entry with its pictures called as they are called here."""
    return replace(entry, source=picture.renamed(entry.source, named)) if entry.source else entry


def _name(session: Session, actor: Actor) -> str:
    """What stands as an author's name for whoever imports."""
    person = people_store.by_id(session, actor.person_id) if actor.person_id else None
    return person.name if person else actor.name


def _bank(session: Session, bank_id: str) -> store.RowItemBank:
    row = store.bank(session, bank_id)
    if row is None:
        raise NotFound("not_found", noun="item_bank", bank=bank_id)
    return row


def _task_codes(session: Session, row: store.RowItemBank) -> tuple[str, ...]:
    found = framework_store.find(session, row.framework_id, row.framework_version)
    if found is None:
        raise NotFound("framework_not_loaded", framework=row.framework_id, version=row.framework_version)
    return tuple(framework_store.to_domain(found).task_codes)


# --- judging ----------------------------------------------------------------------------


def _judge(session: Session, upload: Upload, read: ReadFile) -> list[Line]:
    row = _bank(session, upload.bank_id)
    contents = bank_contents.of_bank(session, row.id)
    linked = item_lists.links(session, row.id)
    said = {told.item.id: told.item.enemies for told in contents.wordings}
    drafts = [
        replace(draft, item=item_bank.unsaid(draft.item, linked, said)) if draft.item else draft
        for draft in read.drafts
    ]
    bank = KnownBank(
        task_codes=_task_codes(session, row),
        items={told.item.id: KnownItem(told.item, told.digest) for told in contents.wordings},
        stimuli=contents.stimuli,
        pictures=read.names | pictures.known(session, _shown(read)),
    )
    return domain.judge(drafts, bank, read.stimuli)


def _shown(read: ReadFile) -> frozenset[str]:
    sources = [draft.entry.source for draft in read.drafts]
    return picture.names([sources, *(stimulus.text for stimulus in read.stimuli)])


def _report(upload: Upload, read: ReadFile, lines: Sequence[Line]) -> Report:
    return Report(upload.bank_id, upload.form, tuple(lines), read.notes)


# --- storing ----------------------------------------------------------------------------


def _store(uow: UnitOfWork, upload: Upload, read: ReadFile, report: Report) -> None:
    items = [line.item for line in report.lines if line.item is not None]
    row = _bank(uow.session, upload.bank_id)
    used = {item.stimulus for item in items}
    stimuli = [stimulus for stimulus in read.stimuli if stimulus.id in used]
    kept = _keep_pictures(uow, read, items, stimuli)
    loading = Loading(uow, row, items, stimuli)
    loading.run(lambda _done, _total: None)
    if items:
        row.digest, row.loaded_at = loading.digest, uow.now
    counts = {outcome.value: count for outcome, count in report.counts().items()}
    uow.audit(
        "import", "item_bank", row.bank_id, form=upload.form, digest=row.digest, pictures=kept, **counts
    )


def _keep_pictures(
    uow: UnitOfWork, read: ReadFile, items: Sequence[ItemVersion], stimuli: Sequence[Stimulus]
) -> int:
    """Store those new pictures that the taken items show; gives their number."""
    values = [[dict(item.content), dict(item.key)] for item in items]
    shown = picture.names([values, *(stimulus.text for stimulus in stimuli)])
    wanted = [new for new in read.pictures if new.name in shown]
    for new in wanted:
        pictures.keep(uow, new)
    return len(wanted)


# --- what was refused -------------------------------------------------------------------


def rejected(lines: Sequence[Line]) -> bytes:
    """The refused entries as a CSV file: as they were read, with why, to be put right and brought again.

    A format that is no table gives the place, the name and the reasons.
    """
    columns = list(dict.fromkeys(name for line in lines for name in line.original if name))
    told = [dict(line.original) | {"place": line.place, "reason": _reasons(line)} for line in lines]
    if not columns:
        columns = ["name"]
        told = [row | {"name": line.name} for row, line in zip(told, lines, strict=True)]
    return b"".join(csv_items.table(["place", *columns, "reason"], told))


def _reasons(line: Line) -> str:
    return "; ".join(str(problem) for problem in line.problems)


def guess(name: str, data: bytes) -> str:
    """The name of the format a file is probably in, "" when nothing speaks for one."""
    return guessing.guess(name, data)


def task_codes(context: Context, actor: Actor, bank_id: str) -> list[str]:
    """The codes items of a bank may be tagged with, in the framework's order."""
    actor.require(Permission.BROWSE_BANK)
    with context.reading() as session:
        return texts(list(_task_codes(session, _bank(session, bank_id))))

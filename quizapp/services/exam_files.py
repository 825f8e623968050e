"""Exams as text files: checked without a database, loaded all or nothing, loading again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from quizapp import resources
from quizapp.domain import exam as exams
from quizapp.domain import exam_check
from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.exam import ExamDefinition, ExamState
from quizapp.domain.person import Actor, Permission
from quizapp.integrations import exam_files as text_form
from quizapp.integrations.exam_files import ExamFile
from quizapp.integrations.item_formats import bank_files as yaml_files
from quizapp.integrations.item_formats.bank_files import Entry, FileProblem
from quizapp.services import exam_drafts
from quizapp.services.exam_drafts import Ground
from quizapp.services.exams import ExamDetail
from quizapp.services.items_check import read_framework
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exams as store
from quizapp.store.exams import RowExam


class Outcome(StrEnum):
    """What loading a file did."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ExamLoaded:
    """One loaded file; ``is_published_now`` is whether this very load published it."""

    exam_id: UUID
    slug: str
    outcome: Outcome
    state: ExamState
    is_published_now: bool


@dataclass(frozen=True, slots=True)
class ExamCheck:
    """What a file, or the files of a folder, hold and everything wrong with them."""

    path: str
    exams: tuple[ExamFile, ...]
    problems: tuple[FileProblem, ...]
    is_checked_against_framework: bool


@dataclass(frozen=True, slots=True)
class _Read:
    file: ExamFile
    entry: Entry


def check(path: Path) -> ExamCheck:
    """Check an exam file, or all of a folder, without a database.

    Task codes are checked where framework.yaml stands in the folder or above it. Raises
    `NotFound` ("no_such_path", "unreadable").
    """
    found = find(path)
    read, problems = _read_all(found)
    codes = _codes_above(found)
    for told in read:
        problems += _in_file(told.entry, _meaning(told.file, codes))
    return ExamCheck(str(found), tuple(told.file for told in read), tuple(problems), codes is not None)


def load(context: Context, actor: Actor, path: Path, publish: bool = False) -> list[ExamLoaded]:
    """Load an exam file, or all of a folder, in one transaction; a known draft is revised.

    Raises `Invalid` ("bad_exam_file", "not_feasible") with every problem and its place, `Refused`
    ("exam_is_frozen") when a published exam would change. Nothing at all is loaded then.
    """
    actor.require(Permission.DEFINE_EXAM)
    read, problems = _read_all(find(path))
    if problems:
        raise Invalid("bad_exam_file", [_placed(problem) for problem in problems])
    with context.transaction(actor) as uow:
        loaded, wrong, code = [], [], "bad_exam_file"
        for told in read:
            try:
                loaded.append(_load(uow, told.file, publish))
            except Invalid as error:
                wrong += [_placed(p) for p in _in_file(told.entry, error.problems)]
                code = error.code if error.code == "not_feasible" else code
        raise_if_any(code, wrong)
        return loaded


def find(path: Path) -> Path:
    """The path itself, else that path among the shipped question banks, else a shipped exam's id.

    Raises `NotFound` ("no_such_path").
    """
    shipped = resources.folder("question_banks")
    named = shipped.glob(f"*/{yaml_files.EXAMS_FOLDER}/*.yaml")
    candidates = [path]
    if not path.is_absolute() and ".." not in path.parts:
        candidates += [shipped / path, *(file for file in sorted(named) if file.stem == str(path))]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise NotFound("no_such_path", path=str(path))


def _read_all(path: Path) -> tuple[list[_Read], list[FileProblem]]:
    read: list[_Read] = []
    problems: list[FileProblem] = []
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        try:
            entry, wrong = yaml_files.read_mapping(file, file.name)
        except OSError as error:
            raise NotFound("unreadable", path=str(file), reason=error.strerror or str(error)) from error
        problems += wrong
        if entry is not None:
            told, shape = text_form.read(entry.value)
            problems += _in_file(entry, shape)
            read += [_Read(told, entry)] if told else []
    if not read and not problems:
        raise NotFound("unreadable", path=str(path), reason="there is no .yaml file in it")
    return read, problems


def _codes_above(path: Path) -> Sequence[str] | None:
    for folder in list(path.resolve().parents)[:2] if path.is_file() else [path, path.resolve().parent]:
        if (folder / yaml_files.FRAMEWORK_FILE).is_file():
            framework = read_framework(folder).framework
            return framework.task_codes if framework else None
    return None


def _meaning(file: ExamFile, codes: Sequence[str] | None) -> list[Problem]:
    known = file.definition.blueprint.task_codes if codes is None else codes
    return [*exam_check.check_slug(file.slug), *exam_check.check(file.definition, known)]


def _in_file(entry: Entry, problems: Iterable[Problem]) -> list[FileProblem]:
    told = [entry.problem(text_form.place(p.field), p.value, p.reason, p.detail) for p in problems]
    return sorted(told, key=lambda problem: problem.line)


def _placed(problem: FileProblem) -> Problem:
    return Problem(problem.field, problem.value, problem.reason, problem.detail, problem.place)


# --- loading one ------------------------------------------------------------------------


def _load(uow: UnitOfWork, file: ExamFile, publish: bool) -> ExamLoaded:
    version = file.framework_version or None
    ground = exam_drafts.find_ground(uow.session, file.framework_id, version, file.bank_ids)
    row = store.by_slug(uow.session, file.slug)
    if row is None:
        row, outcome = exam_drafts.add_draft(uow, file.slug, file.definition, ground), Outcome.NEW
    else:
        outcome = _renew(uow, row, file.definition, ground)
    publishes = publish and row.state == ExamState.DRAFT
    if publishes:
        exam_drafts.publish_draft(uow, row)
    return ExamLoaded(row.id, row.slug, outcome, ExamState(row.state), publishes)


def _renew(uow: UnitOfWork, row: RowExam, definition: ExamDefinition, ground: Ground) -> Outcome:
    raise_if_any("bad_exam", ground.problems)
    known = exam_drafts.ground_of(uow.session, row)
    same_ground = known.framework.id == ground.framework.id and known.banks == ground.banks
    if same_ground and row.definition == exams.to_json(definition):
        return Outcome.UNCHANGED
    if row.state != ExamState.DRAFT:
        raise Refused("exam_is_frozen", exam=row.slug, state=row.state)
    exam_drafts.revise_draft(uow, row, definition, ground)
    return Outcome.REVISED


def as_file(exam: ExamDetail) -> dict[str, object]:
    """The text form of a stored exam as plain data; loading it elsewhere gives an equal exam."""
    told = ExamFile(exam.slug, exam.framework.id, exam.framework.version, exam.bank_ids, exam.definition)
    return text_form.write(told)

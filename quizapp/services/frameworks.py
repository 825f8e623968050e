"""Framework versions: loaded from the author's form, never changed, exported as published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from quizapp.domain import framework as domain
from quizapp.domain.errors import Invalid, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.framework import Framework
from quizapp.domain.item import digest_of
from quizapp.domain.person import Actor, Permission
from quizapp.services import items_check
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exams as exam_store
from quizapp.store import frameworks as store


@dataclass(frozen=True, slots=True)
class FrameworkLoaded:
    """What a load did; ``is_new`` is False when this very version was there already."""

    framework_id: str
    version: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class FrameworkVersion:
    """One loaded version, in a list."""

    framework_id: str
    version: str
    function: str
    is_current: bool
    loaded_at: datetime
    competencies: int
    tasks: int


def load(context: Context, actor: Actor, source: Mapping[str, object]) -> FrameworkLoaded:
    """Store a framework version and make it the current one; the same content changes nothing.

    Raises `Invalid` ("bad_framework") with every problem, and `Refused` ("version_exists") when
    this version was loaded with other content.
    """
    actor.require(Permission.LOAD_FRAMEWORK)
    framework, problems = domain.read(source)
    if framework is None:
        raise Invalid("bad_framework", problems)
    digest = digest_of(domain.to_source(framework))
    with context.transaction(actor) as uow:
        known = store.find(uow.session, framework.id, framework.version)
        if known is not None and known.digest != digest:
            raise Refused("version_exists", framework=framework.id, version=framework.version)
        if known is None:
            _add(uow, framework, digest)
    return FrameworkLoaded(framework.id, framework.version, is_new=known is None)


def _add(uow: UnitOfWork, framework: Framework, digest: str) -> None:
    store.leave_current(uow.session, framework.id)
    row = store.from_domain(framework, uow.new_id)
    row.digest, row.is_current, row.loaded_at = digest, True, uow.now
    uow.session.add(row)
    codes = len(framework.task_codes)
    uow.audit("load", "framework", framework.id, version=framework.version, digest=digest, tasks=codes)


def load_file(context: Context, actor: Actor, path: Path) -> FrameworkLoaded:
    """Load a framework file, a folder with framework.yaml, or a shipped framework by name.

    Raises what `load` raises, with the line of every problem, and `NotFound` ("no_such_path",
    "unreadable").
    """
    actor.require(Permission.LOAD_FRAMEWORK)
    told = items_check.read_framework(path)
    problems = [Problem(p.field, p.value, p.reason, p.detail, p.place) for p in told.problems]
    raise_if_any("bad_framework", problems)
    return load(context, actor, told.source)


def get(context: Context, framework_id: str, version: str | None = None) -> Framework:
    """That version of a framework, the current one by default; raises `NotFound`."""
    with context.reading() as session:
        row = store.find(session, framework_id, version)
        if row is None:
            raise NotFound("not_found", noun="framework", framework=framework_id, version=version or "")
        return store.to_domain(row)


def only(context: Context) -> Framework:
    """The current version where only one framework is loaded; raises `NotFound` or `Invalid`."""
    ids = sorted({entry.framework_id for entry in listed(context)})
    if not ids:
        raise NotFound("no_framework")
    if len(ids) > 1:
        raise Invalid("several_frameworks", ids=", ".join(ids))
    return get(context, ids[0])


def certified(context: Context) -> list[Framework]:
    """The current version of every framework that some certification exam asks about, by id."""
    with context.reading() as session:
        return exam_store.certified_frameworks(session)


def listed(context: Context) -> list[FrameworkVersion]:
    """Every loaded version of every framework: by id, then oldest first."""
    with context.reading() as session:
        return [
            FrameworkVersion(
                framework_id=row.framework_id,
                version=row.version,
                function=row.function,
                is_current=row.is_current,
                loaded_at=row.loaded_at,
                competencies=len(row.competencies),
                tasks=sum(len(competency.tasks) for competency in row.competencies),
            )
            for row in store.listed(session)
        ]

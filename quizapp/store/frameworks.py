"""Framework versions as rows; a version, once loaded, is never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from quizapp.domain.framework import Competency, Framework, TaskStatement
from quizapp.store.engine import Base
from quizapp.store.known import Known
from quizapp.store.types import Instant


class RowFramework(Base):
    """One version of a framework; the newest loaded one of an id is current."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("framework_id", "version"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    framework_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(40))
    function: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    notes: Mapped[list[Any]] = mapped_column(JSON)
    is_current: Mapped[bool]
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    competencies: Mapped[list[RowCompetency]] = relationship(
        order_by="RowCompetency.position", lazy="selectin"
    )


class RowCompetency(Base):
    """One competency of one framework version."""

    __tablename__ = "competency"
    __table_args__ = (UniqueConstraint("framework_row_id", "code"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    framework_row_id: Mapped[UUID] = mapped_column(ForeignKey("framework.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    title: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    tasks: Mapped[list[RowTaskStatement]] = relationship(
        order_by="RowTaskStatement.position", lazy="selectin"
    )


class RowTaskStatement(Base):
    """One task statement of one competency."""

    __tablename__ = "task_statement"
    __table_args__ = (UniqueConstraint("competency_row_id", "code"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    competency_row_id: Mapped[UUID] = mapped_column(ForeignKey("competency.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    unchanged_since: Mapped[str | None] = mapped_column(String(40))


#: Framework versions by row; each is a few dozen sentences.
VERSIONS: Known[Framework] = Known(limit=20)


def version(session: Session, row_id: UUID) -> Framework:
    """The value of a framework version that is known to be stored; read from its rows once."""
    return VERSIONS.get(row_id, lambda: to_domain(session.get_one(RowFramework, row_id)))


def to_domain(row: RowFramework) -> Framework:
    """The value of a stored framework version."""
    return Framework(
        id=row.framework_id,
        version=row.version,
        function=row.function,
        notes=tuple(row.notes),
        competencies=tuple(
            Competency(
                code=competency.code,
                title=competency.title,
                description=competency.description,
                note=competency.note,
                tasks=tuple(
                    TaskStatement(task.code, task.text, task.note, task.unchanged_since)
                    for task in competency.tasks
                ),
            )
            for competency in row.competencies
        ),
    )


def from_domain(framework: Framework, new_id: Callable[[], UUID]) -> RowFramework:
    """Rows of a framework version; the caller sets digest, is_current and loaded_at."""
    return RowFramework(
        id=new_id(),
        framework_id=framework.id,
        version=framework.version,
        function=framework.function,
        notes=list(framework.notes),
        competencies=[
            RowCompetency(
                id=new_id(),
                position=position,
                code=competency.code,
                title=competency.title,
                description=competency.description,
                note=competency.note,
                tasks=[_task_row(task, place, new_id()) for place, task in enumerate(competency.tasks)],
            )
            for position, competency in enumerate(framework.competencies)
        ],
    )


def _task_row(task: TaskStatement, position: int, row_id: UUID) -> RowTaskStatement:
    return RowTaskStatement(
        id=row_id,
        position=position,
        code=task.code,
        text=task.text,
        note=task.note,
        unchanged_since=task.unchanged_since,
    )


def leave_current(session: Session, framework_id: str) -> None:
    """No version of this framework is current any more."""
    row = find(session, framework_id)
    if row is not None:
        row.is_current = False


def find(session: Session, framework_id: str, version: str | None = None) -> RowFramework | None:
    """That version of a framework, the current one when no version is named, or None."""
    query = select(RowFramework).where(RowFramework.framework_id == framework_id)
    if version is None:
        query = query.where(RowFramework.is_current)
    else:
        query = query.where(RowFramework.version == version)
    return session.scalar(query)


def current(session: Session) -> Sequence[RowFramework]:
    """The current version of every framework, by id."""
    query = select(RowFramework).where(RowFramework.is_current).order_by(RowFramework.framework_id)
    return session.scalars(query).all()


def current_names(session: Session) -> list[tuple[str, str]]:
    """Id and function of every current framework, by id; without its tasks."""
    query = select(RowFramework.framework_id, RowFramework.function).where(RowFramework.is_current)
    return [(key, function) for key, function in session.execute(query.order_by(RowFramework.framework_id))]


def listed(session: Session) -> Sequence[RowFramework]:
    """Every version of every framework, oldest first."""
    query = select(RowFramework).order_by(RowFramework.framework_id, RowFramework.loaded_at)
    return session.scalars(query).all()

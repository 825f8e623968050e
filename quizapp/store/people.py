"""People, roles, cohorts and accommodations as rows, and the queries over them.

Personal data stands in `RowPerson` only; everything else refers to a person by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, String, Table, Uuid, func, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.store.engine import Base
from quizapp.store.types import Instant

person_role = Table(
    "person_role",
    Base.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_name", ForeignKey("role.name"), primary_key=True),
)


class RowRole(Base, RoleMixin):
    """A role; the name is the key because roles are few and fixed."""

    __tablename__ = "role"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    description: Mapped[str] = mapped_column(String(200), default="")

    @property
    def permissions(self) -> list[str]:
        """Flask-Security asks for these; ours are a table in domain.person."""
        return []


class RowPerson(Base, UserMixin):
    """An account and its personal data, with the columns Flask-Security keeps its state in."""

    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    locale: Mapped[str] = mapped_column(String(20), default="")
    zone: Mapped[str] = mapped_column(String(60), default="")
    is_simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)

    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_login_at: Mapped[datetime | None] = mapped_column(Instant)
    current_login_at: Mapped[datetime | None] = mapped_column(Instant)
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None] = mapped_column(default=0)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_logins: Mapped[int] = mapped_column(default=0)
    slowed_until: Mapped[datetime | None] = mapped_column(Instant)

    roles: Mapped[list[RowRole]] = relationship(secondary=person_role, lazy="selectin")

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles as domain values."""
        return frozenset(Role(role.name) for role in self.roles)

    @property
    def actor(self) -> Actor:
        """This person, acting."""
        return Actor(self.id, self.role_set)


class RowCohort(Base):
    """A named list of people."""

    __tablename__ = "cohort"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowCohortMember(Base):
    """One person in one cohort."""

    __tablename__ = "cohort_member"
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(Instant)


class RowAccommodation(Base):
    """Extra time of one person; a new row replaces the older one, which stays."""

    __tablename__ = "accommodation"
    __table_args__ = (CheckConstraint("time_percent >= 100 AND extra_minutes >= 0", name="only_adds_time"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    time_percent: Mapped[int]
    extra_minutes: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[UUID | None] = mapped_column(Uuid)


class RowSetting(Base):
    """What this installation is: issuer, whether it is a demonstration."""

    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[str] = mapped_column(String(80))
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def by_email(session: Session, email: str) -> RowPerson | None:
    """The account with this normalised address, or None."""
    return session.scalar(select(RowPerson).where(RowPerson.email == email))


def by_id(session: Session, person_id: UUID) -> RowPerson | None:
    """The account with this id, or None."""
    return session.get(RowPerson, person_id)


def listed(session: Session, text: str = "", role: Role | None = None) -> Sequence[RowPerson]:
    """Accounts by name, those whose name or address contains ``text``."""
    query = select(RowPerson).order_by(RowPerson.name, RowPerson.email)
    if text:
        like = f"%{text.lower()}%"
        query = query.where(func.lower(RowPerson.name).like(like) | RowPerson.email.like(like))
    if role:
        query = query.where(RowPerson.roles.any(RowRole.name == role.value))
    return session.scalars(query).all()


def roles(session: Session, names: Iterable[Role]) -> list[RowRole]:
    """The role rows of these names, made where the database has none yet."""
    rows = []
    for name in sorted(names):
        row = session.get(RowRole, name.value)
        if row is None:
            row = RowRole(name=name.value, description="")
            session.add(row)
        rows.append(row)
    return rows


def accommodation_of(session: Session, person_id: UUID) -> Accommodation:
    """The accommodation in force for a person; none changes nothing."""
    row = session.scalar(
        select(RowAccommodation)
        .where(RowAccommodation.person_id == person_id)
        .order_by(RowAccommodation.set_at.desc(), RowAccommodation.id.desc())
        .limit(1)
    )
    return Accommodation(row.time_percent, row.extra_minutes) if row else Accommodation()


def cohort_by_name(session: Session, name: str) -> RowCohort | None:
    """The cohort of this name, or None."""
    return session.scalar(select(RowCohort).where(RowCohort.name == name))


def cohorts(session: Session) -> Sequence[tuple[RowCohort, int]]:
    """Cohorts by name, each with its number of members."""
    count = select(func.count()).where(RowCohortMember.cohort_id == RowCohort.id).scalar_subquery()
    query = select(RowCohort, count).order_by(RowCohort.name)
    return [(cohort, int(members)) for cohort, members in session.execute(query)]


def members(session: Session, cohort_id: UUID) -> Sequence[RowPerson]:
    """The people of a cohort, by name."""
    query = (
        select(RowPerson)
        .join(RowCohortMember, RowCohortMember.person_id == RowPerson.id)
        .where(RowCohortMember.cohort_id == cohort_id)
        .order_by(RowPerson.name)
    )
    return session.scalars(query).all()


def installation(session: Session) -> RowSetting | None:
    """The one row that says what this installation is, or None before it is set up."""
    return session.get(RowSetting, 1)

"""People, roles, cohorts and accommodations as rows, and the queries over them.

Personal data stands in `RowPerson` only; everything else refers to a person by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from quizapp.domain.person import Accommodation, Actor, Role
from quizapp.store.engine import Base
from quizapp.store.types import Instant

#: Values in one IN list; SQLite takes a limited number of parameters.
IN_LIST = 500

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
    #: The time step of the last one-time code that was used; no code counts twice.
    tf_last_counter: Mapped[int | None]
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


#: Built once, with the roles in the same statement: every page of somebody signed in asks it.
_SIGNED_IN = (
    select(RowPerson)
    .where(RowPerson.fs_uniquifier == bindparam("uniquifier"))
    .options(joinedload(RowPerson.roles))
)


def by_uniquifier(session: Session, uniquifier: str) -> RowPerson | None:
    """The account whose sessions carry this value, or None."""
    return session.scalars(_SIGNED_IN, {"uniquifier": uniquifier}).unique().one_or_none()


def listed(
    session: Session, text: str = "", role: Role | None = None, limit: int | None = None
) -> Sequence[RowPerson]:
    """Accounts by name, those whose name or address contains ``text``; at most ``limit`` of them."""
    query = select(RowPerson).order_by(RowPerson.name, RowPerson.email).limit(limit)
    return session.scalars(_chosen(query, text, role)).all()


def counted(session: Session, text: str = "", role: Role | None = None) -> int:
    """How many accounts `listed` would give without a limit."""
    return session.scalar(_chosen(select(func.count()).select_from(RowPerson), text, role)) or 0


def _chosen(query: Select[Any], text: str, role: Role | None) -> Select[Any]:
    if text:
        told = text.strip().lower()
        query = query.where(
            func.lower(RowPerson.name).contains(told, autoescape=True)
            | RowPerson.email.contains(told, autoescape=True)
        )
    if role:
        query = query.where(RowPerson.roles.any(RowRole.name == role.value))
    return query


def by_emails(session: Session, emails: Iterable[str]) -> dict[str, RowPerson]:
    """The accounts with these normalised addresses, by address."""
    found: dict[str, RowPerson] = {}
    wanted = sorted(set(emails))
    for start in range(0, len(wanted), IN_LIST):
        query = select(RowPerson).where(RowPerson.email.in_(wanted[start : start + IN_LIST]))
        found |= {row.email: row for row in session.scalars(query)}
    return found


def by_ids(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, RowPerson]:
    """These people, by id."""
    found: dict[UUID, RowPerson] = {}
    wanted = sorted(set(person_ids))
    for start in range(0, len(wanted), IN_LIST):
        query = select(RowPerson).where(RowPerson.id.in_(wanted[start : start + IN_LIST]))
        found |= {row.id: row for row in session.scalars(query)}
    return found


def active_administrators(session: Session) -> Sequence[RowPerson]:
    """Accounts that can sign in as administrator, locked so that two cannot leave at once."""
    query = (
        select(RowPerson)
        .where(RowPerson.active, RowPerson.roles.any(RowRole.name == Role.ADMINISTRATOR.value))
        .order_by(RowPerson.id)
        .with_for_update()
    )
    return session.scalars(query).all()


def add_failed_login(session: Session, person_id: UUID) -> int:
    """Count one more failed sign-in, in the database so that none is lost; gives the count."""
    statement = (
        update(RowPerson)
        .where(RowPerson.id == person_id)
        .values(failed_logins=RowPerson.failed_logins + 1)
        .returning(RowPerson.failed_logins)
    )
    return session.scalar(statement) or 0


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


def slow_until(session: Session, person_id: UUID, instant: datetime) -> None:
    """Let no sign-in of this account be tried before ``instant``."""
    session.execute(update(RowPerson).where(RowPerson.id == person_id).values(slowed_until=instant))


_NEWEST_FIRST = (RowAccommodation.set_at.desc(), RowAccommodation.id.desc())
#: Built once: every start asks it.
_IN_FORCE = (
    select(RowAccommodation.time_percent, RowAccommodation.extra_minutes)
    .where(RowAccommodation.person_id == bindparam("person_id", type_=Uuid))
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)


def accommodation_of(session: Session, person_id: UUID) -> Accommodation:
    """The accommodation in force for a person; none changes nothing."""
    session.flush()
    row = session.connection().execute(_IN_FORCE, {"person_id": person_id}).first()
    return Accommodation(row.time_percent, row.extra_minutes) if row else Accommodation()


def accommodations(session: Session, person_id: UUID) -> Sequence[RowAccommodation]:
    """Every accommodation a person has had, the one in force first."""
    query = select(RowAccommodation).where(RowAccommodation.person_id == person_id)
    return session.scalars(query.order_by(*_NEWEST_FIRST)).all()


def names(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people, by id; the unknown are left out."""
    query = select(RowPerson.id, RowPerson.name).where(RowPerson.id.in_(sorted(set(person_ids))))
    return {row.id: row.name for row in session.execute(query)}


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


#: Built once: every page asks it.
_IS_DEMO = select(RowSetting.is_demo).where(RowSetting.id == 1)


def is_demo(session: Session) -> bool:
    """Whether this installation is a demonstration."""
    return bool(session.connection().execute(_IS_DEMO).scalar())


def need_installation(session: Session, now: datetime, issuer_id: str) -> RowSetting:
    """The installation row, made on first use with this issuer."""
    row = session.get(RowSetting, 1)
    if row is None:
        row = RowSetting(id=1, issuer_id=issuer_id, created_at=now, facts={})
        session.add(row)
    return row

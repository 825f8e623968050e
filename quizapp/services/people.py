"""Accounts: who exists, what they may be, whether they may come in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound, Problem, Refused, raise_if_any
from quizapp.domain.person import (
    Accommodation,
    Actor,
    Permission,
    Role,
    check_password,
    check_person,
    normalise_email,
)
from quizapp.services.accommodations import AccommodationSet, history, set_accommodation
from quizapp.services.cohorts import Cohort, add_members, create_cohort
from quizapp.services.invitations import Letter, send_invitation
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import cohorts as membership
from quizapp.store import merges
from quizapp.store import people as store

#: A list longer than this is not read but searched.
LISTED_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Person:
    """An account as administrators see it."""

    id: UUID
    name: str
    email: str
    roles: tuple[Role, ...]
    is_active: bool
    is_simulated: bool
    has_password: bool
    has_totp: bool
    created_at: datetime
    signed_in_at: datetime | None
    locale: str
    zone: str


@dataclass(frozen=True, slots=True)
class People:
    """The accounts a search found: the first of them, and how many there are."""

    people: tuple[Person, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything the page of one person shows; the first accommodation is the one in force."""

    person: Person
    accommodations: tuple[AccommodationSet, ...]
    cohorts: tuple[Cohort, ...]

    @property
    def accommodation(self) -> Accommodation:
        """What is in force."""
        return self.accommodations[0].accommodation if self.accommodations else Accommodation()


def is_demo(context: Context) -> bool:
    """Whether this installation is a demonstration."""
    with context.reading() as session:
        return store.is_demo(session)


def demo_logins(context: Context) -> list[tuple[str, str, str]]:
    """Role, address and password of each demonstration account; empty in real installations."""
    with context.reading() as session:
        row = store.installation(session)
        if row is None or not row.is_demo:
            return []
        told = row.facts.get("demo_logins", [])
        return [(str(role), str(email), str(password)) for role, email, password in told]


def create(
    context: Context,
    actor: Actor,
    *,
    name: str,
    email: str,
    roles: Collection[Role],
    password: str | None = None,
    is_simulated: bool = False,
    letter: Letter | None = None,
) -> UUID:
    """Create an account; without a password it cannot sign in until one is set by mail.

    With a ``letter`` the person is invited to do so. Raises `Invalid` ("bad_person") with every
    problem, among them an address in use.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    email = normalise_email(email)
    problems = check_person(name, email)
    problems += check_password(password, email) if password is not None else []
    # Hashing is slow on purpose: done before the transaction, it holds nobody up.
    hashed = context.passwords.hash(password) if password is not None and not problems else None
    with context.transaction(actor) as uow:
        if store.by_email(uow.session, email) is not None:
            problems.append(_in_use(email))
        raise_if_any("bad_person", problems)
        row = add(uow, name=name, email=email, roles=roles, is_simulated=is_simulated)
        row.password = hashed
        try:
            uow.flush()
        except IntegrityError:
            # Somebody else created it between the look and the insert.
            raise_if_any("bad_person", [_in_use(email)])
        if letter:
            send_invitation(uow, row, letter)
        return row.id


def _in_use(email: str) -> Problem:
    return Problem("email", email, "in_use", "another account has this address")


def add(
    uow: UnitOfWork, *, name: str, email: str, roles: Collection[Role], is_simulated: bool = False
) -> store.RowPerson:
    """Add an account whose facts were checked, with its audit line, to a running use case."""
    row = store.RowPerson(
        id=uow.new_id(),
        name=name.strip(),
        email=email,
        created_at=uow.now,
        is_simulated=is_simulated,
        fs_uniquifier=uow.context.entropy.token(16).hex(),
        roles=store.roles(uow.session, roles),
    )
    uow.session.add(row)
    uow.audit("create", "person", row.id, roles=sorted(roles))
    return row


def listed(context: Context, actor: Actor, text: str = "", role: Role | None = None) -> People:
    """The accounts whose name or address contains ``text``, by name."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.reading() as session:
        rows = store.listed(session, text, role, LISTED_AT_MOST)
        return People(tuple(_told(row) for row in rows), store.counted(session, text, role))


def get(context: Context, actor: Actor, person_id: UUID) -> PersonPage:
    """One account, for administrators, and for the person it belongs to; else `NotFound`."""
    if not actor.is_person(person_id):
        actor.require(Permission.MANAGE_PEOPLE)
    with context.reading() as session:
        cohorts = membership.cohorts_of(session, person_id)
        return PersonPage(
            _told(person_row(session, person_id)),
            history(session, person_id),
            tuple(Cohort(row.id, row.name, None) for row in cohorts),
        )


def by_email(context: Context, actor: Actor, email: str) -> Person:
    """The account with this address; raises `NotFound` ("no_such_person")."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.reading() as session:
        row = store.by_email(session, normalise_email(email))
        if row is None:
            raise NotFound("no_such_person", email=email)
        return _told(row)


def grant(context: Context, actor: Actor, person_id: UUID, role: Role) -> bool:
    """Give a role; False when it was held already. Nobody gives one to themselves."""
    actor.require(Permission.MANAGE_PEOPLE)
    if actor.is_person(person_id):
        raise Refused("own_role")
    with context.transaction(actor) as uow:
        row = person_row(uow.session, person_id)
        if role in row.role_set:
            return False
        row.roles.extend(store.roles(uow.session, [role]))
        uow.audit("grant", "person", person_id, role=role)
        return True


def revoke_role(context: Context, actor: Actor, person_id: UUID, role: Role) -> bool:
    """Take a role away; False when it was not held. One administrator always remains."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        row = person_row(uow.session, person_id)
        if role not in row.role_set:
            return False
        if role is Role.ADMINISTRATOR:
            _keep_an_administrator(uow.session, row)
        row.roles = [entry for entry in row.roles if entry.name != role]
        uow.audit("revoke_role", "person", person_id, role=role)
        return True


def disable(context: Context, actor: Actor, person_id: UUID) -> bool:
    """Shut an account; every session of it ends with its next request. False when it was shut."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        row = person_row(uow.session, person_id)
        if not row.active:
            return False
        _keep_an_administrator(uow.session, row)
        shut(uow, row)
        return True


def shut(uow: UnitOfWork, row: store.RowPerson) -> None:
    """Shut an open account within a running use case, with its audit line."""
    row.active, row.disabled_at = False, uow.now
    # A save asks for no account, so the right to save has to end here.
    attempt_store.take_from_windows(uow.session, row.id)
    row.fs_uniquifier = uow.context.entropy.token(16).hex()
    uow.audit("disable", "person", row.id)


def enable(context: Context, actor: Actor, person_id: UUID) -> bool:
    """Open a shut account again; False when it was open.

    Raises `Refused` ("merged_already") for one that went into another: that is undone first.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        row = person_row(uow.session, person_id)
        if row.active:
            return False
        if merges.into(uow.session, person_id) is not None:
            raise Refused("merged_already")
        row.active, row.disabled_at = True, None
        row.failed_logins, row.slowed_until = 0, None
        uow.audit("enable", "person", person_id)
        return True


def _keep_an_administrator(session: Session, leaving: store.RowPerson) -> None:
    remaining = {row.id for row in store.active_administrators(session)} - {leaving.id}
    if Role.ADMINISTRATOR in leaving.role_set and leaving.active and not remaining:
        raise Refused("last_administrator")


def set_preferences(context: Context, actor: Actor, *, locale: str, zone: str) -> None:
    """Set one's own language and time zone; empty means the installation's."""
    if actor.person_id is None:
        raise NotFound("not_found")
    raise_if_any("bad_preferences", _check_zone(zone))
    with context.transaction(actor) as uow:
        row = person_row(uow.session, actor.person_id)
        if (row.locale, row.zone) == (locale, zone):
            return
        row.locale, row.zone = locale, zone
        uow.audit("set_preferences", "person", row.id, locale=locale, zone=zone)


def _check_zone(zone: str) -> list[Problem]:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return [Problem("zone", zone, "unknown_zone", "no such time zone")]
    return []


def person_row(session: Session, person_id: UUID) -> store.RowPerson:
    """The account's row; raises `NotFound`."""
    row = store.by_id(session, person_id)
    if row is None:
        raise NotFound("not_found")
    return row


def _told(row: store.RowPerson) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        roles=tuple(role for role in Role if role in row.role_set),
        is_active=row.active,
        is_simulated=row.is_simulated,
        has_password=row.password is not None,
        has_totp=row.tf_primary_method is not None,
        created_at=row.created_at,
        signed_in_at=row.current_login_at,
        locale=row.locale,
        zone=row.zone,
    )


__all__ = ["Cohort", "add_members", "create_cohort", "set_accommodation"]


def staff_needs_totp(context: Context) -> bool:
    """Whether staff must set up a one-time code; a demonstration only says it would be so."""
    return context.settings.require_staff_totp and not is_demo(context)

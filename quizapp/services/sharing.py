"""What a learner lets others see of a record, and who has looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quizapp.domain import record as domain
from quizapp.domain.errors import NotFound, Problem, raise_if_any
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import Reach, read_reach
from quizapp.services import record_views
from quizapp.services.record_facts import today
from quizapp.services.record_views import RecordView
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import record_evidence as store
from quizapp.store import records as record_store
from quizapp.store.record_evidence import RowRecordReach, RowShareLink
from quizapp.store.records import RowRecord

LINK_DAYS = (1, 7, 30, 90, 365)
MOST_LINKS = 50
LONGEST_LABEL = 120
TOKEN_BYTES = 24
#: The newest looks that are read; older ones stay in the log.
MOST_LOOKS = 1000


@dataclass(frozen=True, slots=True)
class Link:
    """An address the learner gave away."""

    id: UUID
    token: str
    reach: Reach
    label: str
    created_at: datetime
    expires_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a record is shared: by its own public page, and by links."""

    serial: str
    exam_title: str
    reach: Reach
    default: Reach
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw a record by one door, so many times in one day; without an account ``name`` is empty."""

    door: str
    name: str
    is_somebody: bool
    last_at: datetime
    times: int


def sharing(context: Context, actor: Actor, serial: str) -> Sharing:
    """How the actor's own record is shared; raises `NotFound` for everybody else's."""
    with context.reading() as session:
        row = _own(session, actor, serial)
        now = context.clock.now()
        return Sharing(
            serial=row.serial,
            exam_title=record_views.view(
                session, row, today(context), zone=ZoneInfo(context.settings.zone)
            ).payload["exam"]["title"],
            reach=reach_of(context, session, row.id),
            default=read_reach(context.settings.record_reach),
            links=tuple(_link(link, now) for link in store.links(session, row.id)),
        )


def _own(session: Session, actor: Actor, serial: str) -> RowRecord:
    row = record_store.by_serial(session, domain.read_serial(serial) or "")
    if row is None or not actor.is_person(row.person_id):
        raise NotFound("not_found")
    return row


def _link(row: RowShareLink, now: datetime) -> Link:
    is_over = row.revoked_at is not None or row.expires_at <= now
    return Link(row.id, row.token, read_reach(row.reach), row.label, row.created_at, row.expires_at, is_over)


def reach_of(context: Context, session: Session, record_id: UUID) -> Reach:
    """What the public page of a record reveals: its learner's choice, else the installation's setting.

    A choice holds for whatever takes the record's place, until the learner chooses anew.
    """
    at: UUID | None = record_id
    while at is not None:
        chosen = session.get(RowRecordReach, at)
        if chosen is not None:
            return read_reach(chosen.reach)
        at = session.get_one(RowRecord, at).supersedes_id
    return read_reach(context.settings.record_reach)


def set_reach(context: Context, actor: Actor, serial: str, reach: Reach) -> None:
    """Choose what the public page of one's own record reveals."""
    with context.transaction(actor) as uow:
        row = _own(uow.session, actor, serial)
        chosen = uow.session.get(RowRecordReach, row.id) or RowRecordReach(record_id=row.id)
        chosen.reach, chosen.set_at = reach.value, uow.now
        uow.session.add(chosen)
        uow.audit("set_reach", "record", row.id, reach=reach.value)


def give(context: Context, actor: Actor, serial: str, reach: Reach, days: int, label: str = "") -> str:
    """Make a link to one's own record and give its token; raises `Invalid` ("bad_link")."""
    with context.transaction(actor) as uow:
        row = _own(uow.session, actor, serial)
        raise_if_any("bad_link", _check(uow, row, days, label))
        link = RowShareLink(
            id=uow.new_id(),
            record_id=row.id,
            token=context.entropy.token(TOKEN_BYTES).hex(),
            reach=reach.value,
            label=" ".join(label.split()),
            created_at=uow.now,
            expires_at=uow.now + timedelta(days=days),
        )
        uow.session.add(link)
        uow.audit("give_link", "record", row.id, link=str(link.id), reach=reach.value, days=days)
        return link.token


def _check(uow: UnitOfWork, row: RowRecord, days: int, label: str) -> list[Problem]:
    problems = []
    if days not in LINK_DAYS:
        problems.append(Problem("days", str(days), "out_of_range", f"one of {LINK_DAYS}"))
    if len(label) > LONGEST_LABEL:
        problems.append(Problem("label", label[:40], "too_long", f"at most {LONGEST_LABEL} characters"))
    if sum(link.revoked_at is None for link in store.links(uow.session, row.id)) >= MOST_LINKS:
        problems.append(Problem("link", "", "too_many", f"at most {MOST_LINKS} links of one record"))
    return problems


def take_back(context: Context, actor: Actor, serial: str, link_id: UUID) -> None:
    """End a link of one's own record at once; raises `NotFound`."""
    with context.transaction(actor) as uow:
        row = _own(uow.session, actor, serial)
        link = uow.session.get(RowShareLink, link_id)
        if link is None or link.record_id != row.id:
            raise NotFound("not_found")
        link.revoked_at = link.revoked_at or uow.now
        uow.audit("take_back_link", "record", row.id, link=str(link_id))


def by_link(context: Context, actor: Actor, token: str) -> RecordView | None:
    """The record a link leads to, as far as it reaches, for anybody; None when it is over or was none."""
    with context.transaction(actor) as uow:
        link = store.link_by_token(uow.session, token[:64])
        is_open = link is not None and link.revoked_at is None and link.expires_at > uow.now
        row = uow.session.get(RowRecord, link.record_id) if link is not None and is_open else None
        record_store.disclose(uow.session, [row.id] if row else [], actor.person_id, "link", uow.now)
        uow.audit("disclose", "record", row.id if row else "", door="link")
        if row is None or link is None:
            return None
        zone = ZoneInfo(context.settings.zone)
        told = record_views.view(uow.session, row, today(context), zone=zone)
        return replace(told, reach=read_reach(link.reach))


# --- who looked -------------------------------------------------------------------------


def looks(context: Context, actor: Actor, serial: str) -> list[Look]:
    """Who saw a record, newest first, for its holder or a registrar; raises `NotFound` for others."""
    with context.reading() as session:
        row = record_store.by_serial(session, domain.read_serial(serial) or "")
        if row is None or not (actor.is_person(row.person_id) or actor.may(Permission.PULL_RECORDS)):
            raise NotFound("not_found")
        return list(_looks(context, session, row.id))


def _looks(context: Context, session: Session, record_id: UUID) -> Iterator[Look]:
    zone = ZoneInfo(context.settings.zone)
    rows = record_store.disclosures(session, record_id, MOST_LOOKS)
    told = [(row.at, row.at.astimezone(zone).date(), row.door, row.actor_id, name) for row, name in rows]
    by_day = sorted(told, key=lambda one: (one[1], one[2], str(one[3]), one[0]), reverse=True)
    groups = [list(group) for _key, group in groupby(by_day, key=lambda one: (one[1], one[2], one[3]))]
    for group in sorted(groups, key=lambda found: found[0][0], reverse=True):
        at, _day, door, actor_id, name = group[0]
        yield Look(door, name, actor_id is not None, at, len(group))

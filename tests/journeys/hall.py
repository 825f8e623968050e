"""An exam room for the runner: one item of each type, a served installation, learners' windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from quizapp.domain.attempt import Disposition, Entry, EventKind, SlotState, project
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import CutRule, Section
from quizapp.domain.item import Pool
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, pictures, sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt, RowAttemptSection
from quizapp.store.exam_day import RowProblemReport
from quizapp.store.items import RowItem, RowItemBank, RowItemTask, RowItemVersion
from quizapp.store.scores import MarkingSlot
from tests.gates.looking import AXE
from tests.support import attempts as room
from tests.support import banks, exams
from tests.support.drawings import drawing
from tests.support.people import TESTS, person, sign_in

#: What people mark has no result at the end of a journey.
TYPES = {name: kind for name, kind in ITEM_TYPES.items() if kind.award is None}
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")
WAITING = "Saved on this device, will send"
READY = "Everything is downloaded, you may begin"
READY_AGAIN = "Everything is downloaded, you may go on"
EVERY_TYPE = replace(
    exams.PRACTICE,
    title="Every type",
    blueprint=Blueprint((BlueprintRow("2.A", len(TYPES)),)),
    cut_rule=CutRule(max_below=0),
    has_calculator=True,
)
SECTIONED = replace(
    exams.PRACTICE,
    title="Two sections",
    blueprint=Blueprint((BlueprintRow("1.A", 2, 0, 0), BlueprintRow("1.B", 2, 0, 1))),
    sections=(Section("First part", 300, is_one_way=True), Section("Second part")),
)
LONG = replace(
    exams.PRACTICE,
    title="Twenty questions",
    blueprint=Blueprint((BlueprintRow("1.A", 10), BlueprintRow("1.B", 10))),
    time_limit_seconds=2400,
)


def furnish(context: Context) -> dict[str, UUID]:
    """The small framework and banks, three exams, and an open sitting of each; by exam."""
    banks.framework(context)
    banks.bank(context)
    _bank_of_every_type(context)
    return {
        "types": _offered(context, EVERY_TYPE, "types", "typed-bank"),
        "sections": _offered(context, SECTIONED, "sections", "small-bank"),
        "long": _offered(context, LONG, "long", "small-bank"),
    }


def _offered(context: Context, definition: Any, slug: str, bank_id: str) -> UUID:
    exam_id = exams.published(context, definition, slug=slug, bank_ids=(bank_id,))
    window = exams.window(context, hours=8)
    return sittings.schedule(context, TESTS, exam_id, title=slug, window=window, is_open_to_all=True)


def _bank_of_every_type(context: Context) -> None:
    """One item of each type; the single choice shows a picture."""
    shown = pictures.add(context, TESTS, drawing(), "A pier").name
    with context.transaction(TESTS) as uow:
        row = RowItemBank(
            id=uow.new_id(), bank_id="typed-bank", framework_id="small", framework_version="1",
            title="Typed bank", distribution="public", sme_review="pending", licence="CC-BY-4.0",
            language="en", notes=[], digest="e" * 64, loaded_at=uow.now,
        )  # fmt: skip
        uow.session.add(row)
        uow.flush()
        for name, kind in TYPES.items():
            source = kind.example()
            if name == "single_choice":
                source["stem"] += f"\n\n![A map](media/{shown})"
            content, key = kind.split(source)
            item = RowItem(
                id=uow.new_id(), bank_row_id=row.id, item_id=name, pool=Pool.PRACTICE.value,
                status="approved", scoring_task="2.A",
            )  # fmt: skip
            uow.session.add(item)
            uow.flush()
            version = RowItemVersion(
                id=uow.new_id(), item_row_id=item.id, number=1, digest=name.ljust(64, "0"), type=name,
                content=content, key=key, level="apply", difficulty=70, sources=[], enemies=[],
                author="Writer", reviewer="Reviewer", created_at=uow.now,
            )  # fmt: skip
            uow.session.add(version)
            uow.flush()
            uow.session.add(RowItemTask(item_version_id=version.id, position=0, task_code="2.A"))
            item.current_version_id = version.id
        uow.audit("load", "bank", row.id)


@dataclass(slots=True)
class Seat:
    """A learner with an open attempt, and what is stored of it."""

    hall: Hall
    actor: Actor
    attempt_id: UUID

    @property
    def url(self) -> str:
        return f"{self.hall.url}/attempts/{self.attempt_id}"

    def slots(self) -> list[MarkingSlot]:
        return room.slots(self.hall.context, self.attempt_id)

    def slot(self, type_: str) -> int:
        """The place of the item of this type."""
        return next(slot.position for slot in self.slots() if slot.type == type_)

    def entries(self) -> list[Entry]:
        with self.hall.context.reading() as session:
            return response_events.entries(session, self.attempt_id)

    def states(self) -> dict[int, SlotState]:
        return project(self.entries())

    def responses(self) -> dict[int, Any]:
        """What counts, by place."""
        return {n: state.response for n, state in self.states().items() if state.response is not None}

    def worths(self, kind: EventKind = EventKind.RESPONSE) -> list[Disposition]:
        return [entry.disposition for entry in self.entries() if entry.kind is kind]

    def reports(self) -> list[str]:
        """What was reported about items."""
        with self.hall.context.reading() as session:
            query = select(RowProblemReport.text).where(RowProblemReport.attempt_id == self.attempt_id)
            return list(session.scalars(query))

    def row(self) -> RowAttempt:
        with self.hall.context.reading() as session:
            row = session.get_one(RowAttempt, self.attempt_id)
            session.expunge(row)
            return row

    def let_pass(self, span: timedelta) -> None:
        """Move every stored time of the attempt back, as if so much time had passed."""
        with self.hall.context.transaction(TESTS) as uow:
            row = uow.session.get_one(RowAttempt, self.attempt_id)
            row.opened_at, row.deadline_at = row.opened_at - span, row.deadline_at - span
            for part in uow.session.query(RowAttemptSection).filter_by(attempt_id=self.attempt_id):
                part.entered_at = part.entered_at and part.entered_at - span
                part.deadline_at = part.deadline_at and part.deadline_at - span
                part.left_at = part.left_at and part.left_at - span
            uow.audit("let_pass", "attempt", self.attempt_id)

    def cookie(self, writer: int = 1) -> dict[str, Any]:
        """The session cookie of a browser that is signed in and holds the attempt."""
        client = self.hall.app.test_client()
        assert self.actor.person_id is not None
        sign_in(client, self.hall.context, self.actor.person_id)
        with client.session_transaction() as stored:
            stored[f"writer:{self.attempt_id}"] = writer
        cookie = client.get_cookie("quizapp")
        assert cookie is not None
        return {"name": "quizapp", "value": cookie.value, "url": self.hall.url}


@dataclass(slots=True)
class Hall:
    """A served installation with three exams."""

    app: Flask
    url: str
    sittings: dict[str, UUID]
    browser: Any
    names: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def context(self) -> Context:
        told: Context = self.app.extensions["quizapp"]
        return told

    def seat(self, exam: str = "types") -> Seat:
        """A new learner who has just started."""
        self.names += 1
        who = person(self.context, Role.LEARNER, name=f"Learner {self.names}")
        actor = Actor(who, frozenset({Role.LEARNER}))
        return Seat(self, actor, attempts.start(self.context, actor, self.sittings[exam]))

    @contextmanager
    def browser_of(self, seat: Seat, needs_axe: bool = False, has_scripts: bool = True) -> Iterator[Any]:
        """A browser that is signed in as the learner of a seat and holds the attempt."""
        context = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce", java_script_enabled=has_scripts
        )
        context.set_default_timeout(10_000)
        if needs_axe:
            context.add_init_script(AXE)
        context.add_cookies([seat.cookie()])
        context.on("weberror", lambda told: self.errors.append(str(told.error)))
        yield context
        context.close()


def opened(browser: Any, seat: Seat, path: str = "items/1") -> Any:
    """A window at a place of the attempt, once the runner has taken over."""
    page = browser.new_page()
    page.goto(f"{seat.url}/{path}")
    page.locator("html[data-runner=on]").wait_for()
    return page


def go(page: Any, slot: int) -> None:
    page.locator(f'.slots button[data-slot="{slot}"]').click()


def state(page: Any) -> Any:
    return expect(page.locator("#save-state"))

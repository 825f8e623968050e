"""The protocol played on the pure domain: a list of entries, and the functions that decide."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from quizapp.domain import attempt as domain
from quizapp.domain.attempt import Arrival, AttemptClock, AttemptState, Disposition, Entry, EventKind
from quizapp.domain.exam import Window
from quizapp.domain.item_types import item_type
from quizapp.domain.person import NO_ACCOMMODATION
from tests.faults.model import FIRST_LIMIT, GRACE, LIMIT, LONGEST_DELIVERY

OPENED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLANS = [domain.SectionPlan(timedelta(seconds=FIRST_LIMIT)), domain.SectionPlan(is_one_way=True)]
KEY = {"keys": ["a"]}
CONTENT = {"options": [{"id": name, "text": name} for name in "abc"]}


@dataclass(slots=True)
class Stored:
    """What a database would hold of one attempt."""

    clock: AttemptClock
    sections: list[domain.SectionClock]
    is_delivered: bool = False
    entries: list[tuple[Entry, int | None]] = field(default_factory=list)
    closes: int = 0
    receipt: domain.Receipt | None = None


class CoreDoor:
    """One attempt; a crash throws away what was not committed."""

    attempt_id = "core"
    first, second = [1, 2, 3], [4, 5]

    def start(self) -> None:
        end = OPENED + timedelta(days=1)
        times = domain.start_clock(
            OPENED, timedelta(seconds=LIMIT), Window(OPENED, end), NO_ACCOMMODATION, GRACE
        )
        clock = AttemptClock(AttemptState.OPEN, 1, OPENED, times.deadline_at, GRACE)
        self.now = OPENED
        self.stored = Stored(clock, domain.start_sections(PLANS, OPENED))

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def save(self, writer: int, batch: list[dict[str, Any]], fault: str) -> dict[int, str] | None:
        working = copy.deepcopy(self.stored)
        told = {one["client_seq"]: self._append(working, writer, one).value for one in batch}
        if fault != "before_commit":
            self.stored = working
        return told if fault == "none" else None

    def _append(self, stored: Stored, writer: int, one: dict[str, Any]) -> Disposition:
        for entry, _ in stored.entries:
            if (entry.writer, entry.client_seq) == (writer, one["client_seq"]):
                return entry.disposition
        number = 0 if one["slot"] in self.first else 1
        mine = [
            ms or 0 for e, ms in stored.entries if e.writer == writer and e.client_seq < one["client_seq"]
        ]
        made = one.get("elapsed_ms")
        arrival = Arrival(writer, self.now, made, max(mine, default=0))
        self._reach(stored, arrival, one["kind"], number)
        worth = domain.disposition(stored.clock, arrival, stored.sections[number])
        kind, payload = EventKind(one["kind"]), domain.canonical(one["payload"])
        entry = Entry(writer, one["client_seq"], one["slot"], kind, payload, worth)
        stored.entries.append((entry, made))
        if kind is EventKind.LEAVE and worth is Disposition.COUNTED:
            at = self.now if made is None else min(self.now, OPENED + timedelta(milliseconds=made))
            stored.sections = domain.leave_section(PLANS, stored.sections, number, at)
        return worth

    def _reach(self, stored: Stored, arrival: Arrival, kind: str, number: int) -> None:
        clock = stored.clock
        is_ours = arrival.writer >= clock.writer_epoch and clock.state is AttemptState.OPEN
        if kind == "leave" or not is_ours or stored.sections[number].entered_at is not None:
            return
        made = arrival.elapsed_ms
        at = self.now if made is None else min(self.now, OPENED + timedelta(milliseconds=made))
        at = min(at, clock.paused_at or at)
        stored.sections = domain.reach_section(PLANS, stored.sections, number, at)

    def beat(self, _writer: int) -> None:
        if self.stored.clock.paused_at is None:
            self.stored.sections = domain.expire_sections(PLANS, self.stored.sections, self.now)

    def content(self, writer: int) -> None:
        clock = self.stored.clock
        if not self.stored.is_delivered and clock.state is AttemptState.OPEN:
            self.stored.is_delivered = True
            waited = min(self.now - OPENED, timedelta(seconds=LONGEST_DELIVERY))
            self._move(waited if self.now < clock.deadline_at else timedelta(0))
        self.beat(writer)

    def _move(self, by: timedelta) -> None:
        clock = self.stored.clock
        self.stored.clock = replace(clock, deadline_at=clock.deadline_at + by)
        self.stored.sections = [
            replace(s, deadline_at=s.deadline_at + by) if s.is_running and s.deadline_at else s
            for s in self.stored.sections
        ]

    def resume(self, device: bool) -> int:
        clock = self.stored.clock
        self.stored.clock = replace(clock, writer_epoch=clock.writer_epoch + 1)
        return clock.writer_epoch + 1

    def extend(self, seconds: int) -> None:
        self._give(timedelta(seconds=seconds), self.stored.clock.paused_at or self.now)

    def _give(self, by: timedelta, at: datetime) -> None:
        self.stored.sections = domain.expire_sections(PLANS, self.stored.sections, at)
        self._move(by)

    def pause(self) -> None:
        self.stored.clock = replace(self.stored.clock, paused_at=self.now)

    def go_on(self) -> None:
        paused_at = self.stored.clock.paused_at
        assert paused_at is not None
        self.stored.clock = replace(self.stored.clock, paused_at=None)
        self._give(self.now - paused_at, paused_at)

    def submit(self) -> None:
        if self.stored.clock.state is AttemptState.OPEN:
            state = domain.move(self.stored.clock.state, "close")
            final = domain.project(entry for entry, _ in self.stored.entries)
            self.stored.receipt = domain.receipt(self.attempt_id, final, self.now)
            self.stored.closes += 1
            self.stored.clock = replace(self.stored.clock, state=state)

    def sweep(self) -> None:
        clock = self.stored.clock
        times = domain.Clock(clock.opened_at, clock.deadline_at, clock.grace_seconds)
        if clock.paused_at is None and times.is_over(self.now):
            self.submit()

    def restart(self) -> None:
        """A list of entries has no process to lose."""

    def export(self) -> list[dict[str, Any]]:
        return [
            {
                "writer": e.writer, "client_seq": e.client_seq, "slot": e.slot, "kind": e.kind.value,
                "payload": json.loads(e.payload), "worth": e.disposition.value,
            }
            for e, _ in self.stored.entries
        ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        clock, told = self.stored.clock, self.stored.receipt
        return {
            "is_open": clock.state is AttemptState.OPEN,
            "deadline": (clock.deadline_at - OPENED).total_seconds(),
            "epoch": clock.writer_epoch,
            "closes": self.stored.closes,
            "digest": told.digest if told else None,
            "answered": told.answered if told else None,
            "points": self._points() if told else None,
        }

    def _points(self) -> int:
        final = domain.project(entry for entry, _ in self.stored.entries)
        mark = item_type("single_choice").mark
        return int(sum(mark(KEY, CONTENT, state.response).points for state in final.values()))

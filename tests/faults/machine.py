"""A state machine over the whole protocol: windows that fail in every order, and an oracle after each step.

The machine plays people, windows, the network and the proctor; a door (the pure core, or HTTP) plays
the server. A window shows an entry as saved when, and only when, it was acknowledged.
"""

from __future__ import annotations

from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.faults import model

#: Where a save may break off; most do not.
FAULTS = ("none", "none", "none", "before_commit", "after_commit", "reply_dropped")
PICKS = st.lists(st.integers(0, 40), min_size=1, max_size=6)
#: Counted from the newest window, which is where most of the work is done.
WINDOW = st.sampled_from((0, 0, 0, 1, 2))
ANSWER = st.tuples(st.integers(0, 4), st.sampled_from((model.RIGHT, {"choice": "b"}, {"choice": "c"}, None)))
ANSWERS = st.lists(ANSWER, min_size=1, max_size=4)
FIRST_STEPS = 12
#: What a window's clock says of the instant of an entry, in ms: right, nothing, wrong.
SKEW = st.sampled_from((0, 0, 0, None, -5_000, 5_000, 3_600_000))


class Door(Protocol):
    """What a server does for one attempt; see `core_door` and `http_door`."""

    attempt_id: str
    first: list[int]
    second: list[int]

    def start(self) -> None: ...
    def wait(self, seconds: int) -> None: ...
    def save(self, writer: int, batch: list[dict[str, Any]], fault: str) -> dict[int, str] | None: ...
    def beat(self, writer: int) -> None: ...
    def content(self, writer: int) -> None: ...
    def resume(self, device: bool) -> int: ...
    def extend(self, seconds: int) -> None: ...
    def pause(self) -> None: ...
    def go_on(self) -> None: ...
    def submit(self) -> None: ...
    def sweep(self) -> None: ...
    def restart(self) -> None: ...
    def export(self) -> list[dict[str, Any]]: ...
    def facts(self) -> dict[str, Any]: ...


class Window:
    """A tab: its journal, and what it shows as saved."""

    def __init__(self, writer: int) -> None:
        self.writer, self.seq, self.is_offline = writer, 0, False
        self.journal: dict[int, dict[str, Any]] = {}
        self.sent: dict[int, dict[str, Any]] = {}
        self.saved: dict[int, str] = {}


class AttemptMachine(RuleBasedStateMachine):
    """One attempt under faults."""

    door: Door

    @initialize(answers=ANSWERS)
    def start(self, answers: list[Any]) -> None:
        self.door.start()
        self.now = self.steps = 0
        self.m = model.new_attempt(self.door.first, self.door.second)
        self.windows = [Window(1)]
        self._answer(self.windows[0], answers, 0)
        self._send(self.windows[0], list(self.windows[0].journal.values()), "none")

    @property
    def is_under_way(self) -> bool:
        """What ends an attempt waits for some work, or most examples would be of closed ones."""
        return self.steps > FIRST_STEPS

    def window(self, number: int) -> Window:
        return self.windows[-1 - number % len(self.windows)]

    # --- the learner ----------------------------------------------------------------------

    @rule(number=WINDOW, answers=ANSWERS, skew=SKEW, at_once=st.booleans())
    def answer(self, number: int, answers: list[Any], skew: int | None, at_once: bool) -> None:
        window = self.window(number)
        self._answer(window, answers, skew)
        if at_once and not window.is_offline:
            self._send(window, list(window.journal.values())[:100], "none")

    def _answer(self, window: Window, answers: list[Any], skew: int | None) -> None:
        places = [*self.door.first, *self.door.second]
        for slot, payload in answers:
            self._enter(window, places[slot % len(places)], "response", payload, skew)

    @rule(number=WINDOW, slot=st.integers(0, 40), payload=st.booleans(), skew=SKEW)
    def flag(self, number: int, slot: int, payload: bool, skew: int | None) -> None:
        places = [*self.door.first, *self.door.second]
        self._enter(self.window(number), places[slot % len(places)], "flag", payload, skew)

    @rule(number=WINDOW, is_first=st.booleans(), skew=SKEW)
    def leave_section(self, number: int, is_first: bool, skew: int | None) -> None:
        slot = (self.door.first if is_first else self.door.second)[0]
        self._enter(self.window(number), slot, "leave", True, skew)

    def _enter(self, window: Window, slot: int, kind: str, payload: Any, skew: int | None) -> None:
        window.seq += 1
        entry = {"client_seq": window.seq, "slot": slot, "kind": kind, "payload": payload}
        if skew is not None:
            entry["elapsed_ms"] = max(0, self.now * 1000 + skew)
        window.journal[window.seq] = entry

    @precondition(lambda self: self.m["is_open"])
    @rule(device=st.booleans(), answers=ANSWERS)
    def new_tab_or_device(self, device: bool, answers: list[Any]) -> None:
        self.m["epoch"] += 1
        assert self.door.resume(device) == self.m["epoch"]
        self.windows.append(Window(self.m["epoch"]))
        self._answer(self.windows[-1], answers, 0)
        self._send(self.windows[-1], list(self.windows[-1].journal.values()), "none")

    @precondition(lambda self: self.is_under_way)
    @rule()
    def submit(self) -> None:
        self.door.submit()
        self.m["is_open"] = False

    # --- the network ----------------------------------------------------------------------

    @rule(number=WINDOW)
    def go_offline_or_come_back(self, number: int) -> None:
        window = self.window(number)
        window.is_offline = not window.is_offline

    @rule(number=WINDOW, picks=PICKS, fault=st.sampled_from(FAULTS))
    def deliver(self, number: int, picks: list[int], fault: str) -> None:
        """A batch of the journal in any order, some of it twice; the reply may never come."""
        window = self.window(number)
        if window.journal and not window.is_offline:
            waiting = list(window.journal.values())
            self._send(window, [waiting[pick % len(waiting)] for pick in picks], fault)

    @rule(number=WINDOW, picks=PICKS)
    def repeat(self, number: int, picks: list[int]) -> None:
        """What was sent before is sent again, as a replay or a retry behind a slow proxy would."""
        window = self.window(number)
        if window.sent and not window.is_offline:
            known = list(window.sent.values())
            self._send(window, [known[pick % len(known)] for pick in picks], "none")

    def _send(self, window: Window, batch: list[dict[str, Any]], fault: str) -> None:
        told = self.door.save(window.writer, batch, fault)
        assert (told is None) == (fault != "none")
        if fault != "before_commit":
            expected = model.save(self.m, window.writer, self.now, batch)
            assert told in (None, expected)
        window.sent.update((entry["client_seq"], entry) for entry in batch)
        for seq, worth in (told or {}).items():
            window.journal.pop(seq, None)
            window.saved[seq] = worth

    @rule(number=WINDOW)
    def heartbeat(self, number: int) -> None:
        if not self.window(number).is_offline:
            self._beat(self.window(number))

    def _beat(self, window: Window) -> None:
        self.door.beat(window.writer)
        model.look(self.m, self.now)

    @rule()
    def load_content(self) -> None:
        self.door.content(self.windows[-1].writer)
        model.deliver(self.m, self.now)
        model.look(self.m, self.now)

    # --- time, the proctor and the machine ------------------------------------------------

    @rule(seconds=st.sampled_from((1, 9, 11)))
    def wait_a_little(self, seconds: int) -> None:
        self.wait(seconds)

    @precondition(lambda self: self.is_under_way)
    @rule(seconds=st.sampled_from((60, 179, 480)))
    def wait(self, seconds: int) -> None:
        self.door.wait(seconds)
        self.now += seconds

    @precondition(lambda self: self.m["is_open"])
    @rule(seconds=st.sampled_from((60, 600)))
    def extend(self, seconds: int) -> None:
        self.door.extend(seconds)
        model.give(self.m, self.now, seconds)

    @precondition(lambda self: self.m["is_open"])
    @rule()
    def pause_or_go_on(self) -> None:
        if self.m["paused"] is None:
            self.door.pause()
            self.m["paused"] = self.now
        else:
            self._go_on()

    def _go_on(self) -> None:
        self.door.go_on()
        since, self.m["paused"] = self.m["paused"], None
        model.give(self.m, since, self.now - since)

    @rule()
    def sweep(self) -> None:
        self.door.sweep()
        if model.is_overdue(self.m, self.now):
            self.m["is_open"] = False

    @rule()
    def restart(self) -> None:
        self.door.restart()

    # --- the oracle -----------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_and_nothing_is_claimed(self) -> None:
        if not hasattr(self, "m"):
            return
        self.steps += 1
        export, facts = self.door.export(), self.door.facts()
        stored = {(e["writer"], e["client_seq"]): e for e in export}
        assert len(stored) == len(export), "an entry is stored twice"
        assert {place: e["worth"] for place, e in stored.items()} == {
            place: e["worth"] for place, e in self.m["history"].items()
        }
        for window in self.windows:
            for seq, worth in window.saved.items():
                kept = stored[window.writer, seq]
                sent = window.sent[seq]
                assert (kept["worth"], kept["slot"], kept["kind"], kept["payload"]) == (
                    worth, sent["slot"], sent["kind"], sent["payload"],
                )  # fmt: skip
        assert (facts["is_open"], facts["epoch"], facts["deadline"]) == (
            self.m["is_open"], self.m["epoch"], self.m["deadline"],
        )  # fmt: skip
        final = model.responses(export)
        told = (facts["closes"], facts["digest"], facts["answered"], facts["points"])
        if self.m["is_open"]:
            assert told == (0, None, None, None)
        else:
            assert told == (1, model.digest(self.door.attempt_id, final), len(final), model.points(final))

    def teardown(self) -> None:
        """Everything arrives in the end, time runs out, and the attempt is closed once."""
        if not hasattr(self, "m"):
            return
        if self.m["is_open"] and self.m["paused"] is not None:
            self._go_on()
        for window in self.windows:
            while window.journal:
                self._send(window, list(window.journal.values())[:100], "none")
        self.wait(int(max(self.m["deadline"] - self.now, 0)) + model.GRACE)
        self.sweep()
        assert not self.m["is_open"]
        self.nothing_is_lost_and_nothing_is_claimed()

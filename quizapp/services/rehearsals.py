"""Rehearsing an exam: learners made for it play it through the doors of a running server.

The sitting is marked as a rehearsal, so nothing in it counts. Its learners are marked as
simulated and shut out again when it is over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

from quizapp.domain import attempt as attempts
from quizapp.domain import exam as exams
from quizapp.domain.attempt import PROTOCOL, Disposition, EventKind, SlotState
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamState, SittingState, Window
from quizapp.domain.person import Actor, Permission, Role
from quizapp.domain.rehearsal import Played, Sheet, judge
from quizapp.integrations.exam_client import ExamClient
from quizapp.services import people, sitting_plans
from quizapp.services.saving import Sent
from quizapp.services.simulation import SimulatedLearner, answers_of
from quizapp.services.sitting_plans import Plan
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import exams as exam_store
from quizapp.store import people as people_store
from quizapp.store.exams import RowExam, RowSitting

#: A window says that it lives after so many saves.
SAVES_PER_HEARTBEAT = 5
#: What the sitting is open for beyond the exam's own time.
MARGIN = timedelta(hours=1)

Say = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A sitting to be played, and how its learners sign in."""

    sitting_id: UUID
    person_ids: tuple[UUID, ...]
    emails: tuple[str, ...]
    password: str


def rehearse(
    context: Context, actor: Actor, slug: str, learners: int, url: str, pause_seconds: float, say: Say
) -> Sheet:
    """Play a published exam at ``url`` with so many learners; gives the go / no-go sheet.

    Whatever happens, the learners are shut out and the sitting is closed at the end.
    """
    rehearsal = prepare(context, actor, slug, learners)
    try:
        return play(context, rehearsal, url, pause_seconds, say)
    finally:
        end(context, actor, rehearsal)


# --- before and after -------------------------------------------------------------------


def prepare(context: Context, actor: Actor, slug: str, learners: int) -> Rehearsal:
    """Make the learners and the sitting; raises `NotFound`, `Refused` ("exam_not_published")."""
    actor.require(Permission.SCHEDULE_SITTING)
    actor.require(Permission.MANAGE_PEOPLE)
    password = context.entropy.token(16).hex()
    # One password for all, hashed once: the accounts live as long as the rehearsal.
    hashed = context.passwords.hash(password)
    with context.transaction(actor) as uow:
        exam = exam_store.by_slug(uow.session, slug)
        if exam is None:
            raise NotFound("not_found")
        if exam.state != ExamState.PUBLISHED:
            raise Refused("exam_not_published", exam=slug)
        rows = _learners(uow, learners, hashed)
        sitting_id = _sitting(uow, exam, frozenset(row.id for row in rows))
        return Rehearsal(
            sitting_id, tuple(row.id for row in rows), tuple(row.email for row in rows), password
        )


def _learners(uow: UnitOfWork, count: int, hashed: str) -> list[people_store.RowPerson]:
    batch = uow.context.entropy.token(6).hex()
    rows = []
    for number in range(1, count + 1):
        name, email = f"Rehearsal {number}", f"{number}.{batch}@rehearsal.invalid"
        row = people.add(uow, name=name, email=email, roles=[Role.LEARNER], is_simulated=True)
        row.password = hashed
        rows.append(row)
    uow.flush()
    return rows


def _sitting(uow: UnitOfWork, exam: RowExam, person_ids: frozenset[UUID]) -> UUID:
    limit = timedelta(seconds=exams.from_json(exam.definition).time_limit_seconds)
    window = Window(uow.now, uow.now + limit + MARGIN)
    row = RowSitting(
        id=uow.new_id(),
        exam_id=exam.id,
        state=SittingState.SCHEDULED.value,
        is_rehearsal=True,
        created_at=uow.now,
    )
    sitting_plans.write(uow, row, Plan(f"Rehearsal of {exam.slug}", window, person_ids=person_ids))
    uow.audit("rehearse", "sitting", row.id, exam=str(exam.id), people=len(person_ids))
    return row.id


def end(context: Context, actor: Actor, rehearsal: Rehearsal) -> None:
    """Close the sitting and shut the learners' accounts; ending again changes nothing."""
    actor.require(Permission.MANAGE_PEOPLE)
    with context.transaction(actor) as uow:
        sitting = uow.session.get_one(RowSitting, rehearsal.sitting_id, with_for_update=True)
        if sitting.state != SittingState.SCHEDULED:
            return
        sitting.state, sitting.closed_at = SittingState.CLOSED.value, uow.now
        for person_id in rehearsal.person_ids:
            people.shut(uow, people.person_row(uow.session, person_id))
        uow.audit("close", "sitting", sitting.id, people=len(rehearsal.person_ids))


# --- the play ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Player:
    """One scripted learner on the way; what goes wrong is kept, and ends the way."""

    client: ExamClient
    email: str
    attempt_id: UUID | None = None
    content: dict[str, Any] = field(default_factory=dict)
    answers: list[Sent] = field(default_factory=list)
    next_seq: int = 1
    sent: int = 0
    counted: int = 0
    code: str = ""
    skew_ms: int = 0
    errors: list[str] = field(default_factory=list)

    def told(self) -> Played:
        """What this learner met."""
        return Played(
            is_started=bool(self.content),
            sent=self.sent,
            counted=self.counted,
            is_receipt_right=bool(self.code) and self.code == self._code_of_sent(),
            save_ms=tuple(self.client.save_ms),
            skew_ms=self.skew_ms,
            errors=tuple(self.errors),
        )

    def _code_of_sent(self) -> str:
        """The receipt's code over what was sent, reckoned here and not asked of the server."""
        slots = {sent.slot: SlotState(response=_payload(sent)) for sent in self.answers}
        # The instant is no part of the digest.
        return attempts.receipt(str(self.attempt_id), slots, datetime.min).code


def play(context: Context, rehearsal: Rehearsal, url: str, pause_seconds: float, say: Say) -> Sheet:
    """Sign everybody in, start together, answer together, submit; nobody waits for the others."""
    players = [_Player(ExamClient(url), email) for email in rehearsal.emails]
    _all(players, "signed in", say, lambda player: player.client.sign_in(player.email, rehearsal.password))
    _all(players, "started", say, lambda player: _start(player, rehearsal.sitting_id))
    for player in players:
        if player.attempt_id is not None:
            learner = SimulatedLearner(str(rehearsal.sitting_id), player.email)
            player.answers = answers_of(context, player.attempt_id, learner)
    pause = Event()
    _all(players, "handed in", say, lambda player: _sit(context, player, lambda: pause.wait(pause_seconds)))
    for player in players:
        player.client.close()
    return judge([player.told() for player in players])


def _all(players: Sequence[_Player], word: str, say: Say, work: Callable[[_Player], None]) -> None:
    """Let everybody who has met no error do something at the same time."""

    def attempt(player: _Player) -> None:
        try:
            work(player)
        except (OSError, KeyError, TypeError, ValueError) as error:
            # A server that answers something else than agreed is as wrong as one that is silent.
            player.errors.append(f"{type(error).__name__}: {error}")

    ready = [player for player in players if not player.errors]
    if ready:
        with ThreadPoolExecutor(max_workers=len(ready)) as pool:
            list(pool.map(attempt, ready))
    say(word, sum(not player.errors for player in players))


def _start(player: _Player, sitting_id: UUID) -> None:
    player.attempt_id = player.client.start(sitting_id)
    player.content = player.client.content(player.attempt_id)
    player.next_seq = int(player.content["last_seq"]) + 1


def _sit(context: Context, player: _Player, pause: Callable[[], object]) -> None:
    """Answer every question, one save each, and submit."""
    assert player.attempt_id is not None
    placed = {item["slot"]: item["section"] for item in player.content["items"]}
    last: int | None = None
    for number, answer in enumerate(player.answers):
        entries = []
        if player.content["sections"] and last is not None and placed[answer.slot] != placed[last]:
            entries.append(_entry(player, last, EventKind.LEAVE, True))
        entries.append(_entry(player, answer.slot, EventKind.RESPONSE, _payload(answer)))
        _save(player, player.attempt_id, entries)
        last = answer.slot
        if number % SAVES_PER_HEARTBEAT == 0:
            _beat(context, player, player.attempt_id, answer.slot)
        pause()
    player.code = player.client.submit(player.attempt_id)


def _payload(answer: Sent) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.payload)
    return told


def _entry(player: _Player, slot: int, kind: EventKind, payload: object) -> dict[str, Any]:
    told = {"client_seq": player.next_seq, "slot": slot, "kind": kind.value, "payload": payload}
    player.next_seq += 1
    return told


def _save(player: _Player, attempt_id: UUID, entries: list[dict[str, Any]]) -> None:
    """Send; an entry counts when its own acknowledgement says so."""
    responses = {entry["client_seq"] for entry in entries if entry["kind"] == EventKind.RESPONSE}
    player.sent += len(responses)
    told = player.client.save(attempt_id, PROTOCOL, entries)
    player.counted += sum(
        entry["client_seq"] in responses and entry["disposition"] == Disposition.COUNTED
        for entry in told["acknowledged"]
    )


def _beat(context: Context, player: _Player, attempt_id: UUID, slot: int) -> None:
    """A heartbeat; the server's clock lies outside what the way there and back explains."""
    before = context.clock.now()
    told = player.client.heartbeat(attempt_id, slot)
    after = context.clock.now()
    server_now = datetime.fromisoformat(told["server_now"])
    apart = max(before - server_now, server_now - after, timedelta(0))
    player.skew_ms = max(player.skew_ms, round(apart.total_seconds() * 1000))

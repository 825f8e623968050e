"""Rounds of kills: learners save without a pause while the server, or its database, is killed (SIGKILL)."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from quizapp.domain.person import Actor
from quizapp.services import attempts
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from tests.faults import model
from tests.faults.http_door import EXPORT
from tests.support import attempts as room
from tests.support import server as servers
from tests.support.postgres import OwnServer
from tests.support.protocol import ProtocolClient
from tests.support.server import Server, wait_until
from tests.support.warm import Warm

LEARNERS, CHANGES, BATCH = 2, 16, 2
CHOICES = ({"choice": "a"}, {"choice": "b"}, {"choice": "c"}, None)


@dataclass(slots=True)
class Learner:
    """Somebody at work, who sends until everything is acknowledged."""

    actor: Actor
    attempt_id: UUID
    client: ProtocolClient
    payloads: dict[int, Any]

    def work(self, stop: threading.Event) -> None:
        """Change every answer and send it, again and again until nothing waits."""
        pause = threading.Event()
        for _ in range(CHANGES):
            number = self.client.seq
            payload = CHOICES[(number * 7 + number // 16) % len(CHOICES)]
            self.client.enter(number % 16 + 1, payload)
            self.payloads[self.client.seq] = payload
        while not self.client.sync(BATCH) and not stop.is_set():
            if self.client.statuses[-1:] != [200]:
                pause.wait(0.05)


@dataclass(slots=True)
class Ground:
    """An installation whose server and database may be killed."""

    context: Context
    settings: Any
    sitting_id: UUID
    server: Server
    port: int
    warm: Warm
    postgres: OwnServer | None = None
    count: int = 0

    def round(self, number: int, team: list[Learner]) -> None:
        """Kill once in the middle, start again, and wait until every journal is empty."""
        stop = threading.Event()
        threads = [threading.Thread(target=learner.work, args=(stop,)) for learner in team]
        wanted = (number * 37) % (LEARNERS * CHANGES * 2 // 3) + 1
        wanted += sum(len(one.client.acknowledged) for one in team)
        for thread in threads:
            thread.start()
        try:
            wait_until(lambda: sum(len(one.client.acknowledged) for one in team) >= wanted, "saves")
            at_the_kill = [dict(one.client.acknowledged) for one in team]
            self._kill(number)
            for learner, acknowledged in zip(team, at_the_kill, strict=True):
                self.need_stored(learner, acknowledged)
            for thread in threads:
                thread.join(servers.PATIENCE_SECONDS)
        finally:
            stop.set()
        assert [one.client.journal for one in team] == [{}] * len(team)

    def _kill(self, number: int) -> None:
        if self.postgres is not None and number % 2:
            self.postgres.kill()
            assert self.ready() == 503
            self.postgres.start()
            self.context.engine.dispose()
            wait_until(lambda: self.ready() == 200, "the pool to recover")
        else:
            self.server.kill()
            self.server = self.warm.start(self.settings, self.port)

    def ready(self) -> int:
        """What the probe says."""
        try:
            with urllib.request.urlopen(f"{self.server.url}/readyz", timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return int(error.code)

    def learner(self) -> Learner:
        """Somebody new, who has just started."""
        self.count += 1
        actor = room.learner(self.context, f"Kay {self.count}")
        attempt_id = attempts.start(self.context, actor, self.sitting_id)
        token = room.token(self.context, attempt_id)
        url = f"http://127.0.0.1:{self.port}"
        return Learner(actor, attempt_id, ProtocolClient(url, str(attempt_id), token), {})

    def export(self, learner: Learner) -> list[dict[str, Any]]:
        """The stored events, read past the product."""
        return self.export_of(learner.attempt_id)

    def attempt_of(self, actor: Actor) -> UUID:
        """The only attempt of somebody."""
        with self.context.reading() as session:
            return session.scalars(select(RowAttempt.id).where(RowAttempt.person_id == actor.person_id)).one()

    def export_of(self, attempt_id: UUID) -> list[dict[str, Any]]:
        """The same of any attempt."""
        key = attempt_id.hex if self.settings.is_sqlite else attempt_id
        with self.context.engine.connect() as connection:
            return [dict(row) for row in connection.execute(EXPORT, {"id": key}).mappings()]

    def need_stored(self, learner: Learner, acknowledged: dict[int, str]) -> None:
        """Everything acknowledged is in the database, with the worth that was told."""
        stored = {row["client_seq"]: row["worth"] for row in self.export(learner)}
        assert {seq: stored.get(seq) for seq in acknowledged} == acknowledged

    def need_whole(self, learner: Learner) -> None:
        """Every entry is stored once and acknowledged, and the receipt says what was sent."""
        rows = self.export(learner)
        assert sorted(row["client_seq"] for row in rows) == list(range(1, learner.client.seq + 1))
        assert learner.client.acknowledged == {row["client_seq"]: row["worth"] for row in rows}
        attempts.submit(self.context, learner.actor, learner.attempt_id)
        events = [{**row, "payload": learner.payloads[row["client_seq"]]} for row in rows]
        final = model.responses(events)
        with self.context.reading() as session:
            row = session.get_one(RowAttempt, learner.attempt_id)
            told = (row.answered, row.receipt_digest)
            points = session.scalar(
                text("SELECT points FROM score WHERE id = :id"),
                {"id": row.current_score_id.hex if self.settings.is_sqlite else row.current_score_id},
            )
        assert told == (len(final), model.digest(str(learner.attempt_id), final))
        assert int(points) == model.points(final)

"""The protocol played on the application itself: its routes, its database, and a process that dies.

A crash is a `BaseException` raised where the connection commits: nothing in the product may handle
it, exactly as nothing handles SIGKILL; then everything that a process keeps for itself is made anew on
the same database: connections, queues of writers, sessions. Real processes are killed in `kills`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, text

from quizapp.domain.person import Role
from quizapp.ports import FixedClock, NullMailer
from quizapp.services import attempts, deadlines
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store.append_batches import Appends
from quizapp.store.attempts import RowAttempt
from quizapp.store.audit import RowAuditLine
from quizapp.store.group_commit import GroupCommit
from quizapp.store.scores import RowScore
from tests.conftest import NOON, close, make
from tests.support import attempts as room
from tests.support.people import TESTS, person, sign_in

EXPORT = text(
    "SELECT writer, client_seq, slot, kind, payload, disposition AS worth "
    "FROM response_event WHERE attempt_id = :id ORDER BY id"
)


class Crash(BaseException):
    """The process ends here."""


@contextlib.contextmanager
def failing(engine: Engine, fault: str) -> Iterator[None]:
    """The next commit of this engine never happens, or happens and is never heard of.

    A statement that is its own transaction commits without a word: it is stopped before, or after.
    """

    def stop(*_told: Any) -> None:
        raise Crash

    def stop_alone(connection: Any, *_told: Any) -> None:
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            raise Crash

    def commit_and_stop(connection: Any) -> None:
        real(connection)
        raise Crash

    real = engine.dialect.do_commit
    if fault == "before_commit":
        listeners = [("commit", stop), ("before_cursor_execute", stop_alone)]
    else:
        listeners = [("after_cursor_execute", stop_alone)]
        engine.dialect.do_commit = commit_and_stop  # type: ignore[method-assign]
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        engine.dialect.do_commit = real  # type: ignore[method-assign]
        for name, listener in listeners:
            event.remove(engine, name, listener)


class HttpDoor:
    """One attempt after another on one installation; `start` begins with a new learner."""

    def __init__(self, settings: Settings, clock: FixedClock, mail: NullMailer) -> None:
        self.clock = clock
        self.learners = 0
        self.app: Flask = make(settings, clock, mail)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.context: Context = self.app.extensions["quizapp"]

    def offer(self, sitting_id: UUID) -> None:
        """Play in this sitting."""
        self.sitting_id = sitting_id

    def start(self) -> None:
        self.clock.instant = NOON
        self.learners += 1
        self.person_id = person(self.context, Role.LEARNER, name=f"Lea {self.learners}")
        self._come_in()
        answer = self.client.post(f"/sittings/{self.sitting_id}/start")
        self.id = UUID(answer.location.split("/")[2])
        self.attempt_id, self.url = str(self.id), f"/attempts/{self.id}"
        places = room.slots(self.context, self.id)
        self.first, self.second = (
            [slot.position for slot in places if slot.task_code == code] for code in ("1.A", "1.B")
        )

    def _come_in(self) -> None:
        self.client: FlaskClient = self.app.test_client()
        sign_in(self.client, self.context, self.person_id)

    def wait(self, seconds: int) -> None:
        self.clock.instant += timedelta(seconds=seconds)

    def _post(self, path: str, writer: int, body: dict[str, Any]) -> Any:
        token = self.context.tokens.make(self.id, writer, self.clock.instant + timedelta(days=1))
        return self.client.post(f"{self.url}/{path}", json=body, headers={"X-Attempt-Token": token})

    def save(self, writer: int, batch: list[dict[str, Any]], fault: str) -> dict[int, str] | None:
        body = {"protocol": 1, "entries": batch}
        if fault in ("before_commit", "after_commit"):
            with failing(self.context.engine, fault), contextlib.suppress(Crash):
                self._post("events", writer, body)
                raise AssertionError("the crash did not happen")
            self.restart()
            return None
        answer = self._post("events", writer, body)
        assert answer.status_code == 200, answer.text
        told = {one["client_seq"]: one["disposition"] for one in answer.json["acknowledged"]}
        return told if fault == "none" else None

    def beat(self, writer: int) -> None:
        answer = self._post("heartbeat", writer, {"unsaved": 0})
        assert answer.status_code == 200, answer.text

    def content(self, writer: int) -> None:
        token = self.context.tokens.make(self.id, writer, self.clock.instant + timedelta(days=1))
        answer = self.client.get(f"{self.url}/content", headers={"X-Attempt-Token": token})
        assert answer.status_code in (200, 409), answer.text

    def resume(self, device: bool) -> int:
        if device:
            self._come_in()
        assert self.client.post(f"{self.url}/resume").status_code == 302
        return self._row().writer_epoch

    def extend(self, seconds: int) -> None:
        deadlines.add(self.context, TESTS, self.sitting_id, {self.id: seconds}, "noise")

    def pause(self) -> None:
        deadlines.pause(self.context, TESTS, self.sitting_id, "fire alarm")

    def go_on(self) -> None:
        deadlines.go_on(self.context, TESTS, self.sitting_id)

    def submit(self) -> None:
        assert self.client.post(f"{self.url}/submit").status_code == 302

    def sweep(self) -> None:
        attempts.sweep(self.context)

    def restart(self) -> None:
        close(self.app)
        engine = self.context.engine
        self.context = replace(self.context, saves=GroupCommit(engine), appends=Appends(engine))
        self.app.extensions["quizapp"] = self.context
        self._come_in()

    def end(self) -> None:
        """Give the connections back."""
        close(self.app)

    def export(self) -> list[dict[str, Any]]:
        key = self.id.hex if self.context.settings.is_sqlite else self.id
        with self.context.engine.connect() as connection:
            rows = connection.execute(EXPORT, {"id": key}).mappings().all()
        return [{**row, "payload": json.loads(row["payload"])} for row in rows]

    def _row(self) -> RowAttempt:
        with self.context.reading() as session:
            row = session.get_one(RowAttempt, self.id)
            session.expunge(row)
            return row

    def facts(self) -> dict[str, Any]:
        row = self._row()
        with self.context.reading() as session:
            closes = session.scalars(
                select(RowAuditLine.id).where(
                    RowAuditLine.object_id == self.attempt_id, RowAuditLine.verb == "close"
                )
            ).all()
            points = session.scalar(select(RowScore.points).where(RowScore.id == row.current_score_id))
        return {
            "is_open": row.state == "open",
            "deadline": (row.deadline_at - row.opened_at).total_seconds(),
            "epoch": row.writer_epoch,
            "closes": len(closes),
            "digest": row.receipt_digest or None,
            "answered": row.answered,
            "points": None if points is None else int(points),
        }

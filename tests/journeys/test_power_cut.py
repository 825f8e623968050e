"""The server is killed in the middle of an attempt: nothing acknowledged is lost, and time goes on."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.request
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from quizapp.domain.attempt import AttemptState, Disposition
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, score_reports
from quizapp.services.simulation import right_response
from quizapp.store import response_events
from quizapp.store.attempts import RowAttempt
from tests.journeys.conftest import World
from tests.support import attempts as room
from tests.support import server as servers
from tests.support.server import Server, wait_until


def post(server: Server, attempt_id: UUID, token: str, entry: dict[str, Any]) -> str | None:
    """Save one entry as a browser does; its disposition, or None without an acknowledgement."""
    request = urllib.request.Request(
        f"{server.url}/attempts/{attempt_id}/events",
        data=json.dumps({"protocol": 1, "entries": [entry]}).encode(),
        headers={"Content-Type": "application/json", "X-Attempt-Token": token},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return told["acknowledged"][0]["disposition"]


def entries_of(world: World, attempt_id: UUID) -> dict[int, dict[str, Any]]:
    """The right response of every slot as an entry of the protocol, by number."""
    return {
        slot.position: {
            "client_seq": slot.position,
            "slot": slot.position,
            "kind": "response",
            "payload": right_response(slot),
        }
        for slot in room.slots(world.context, attempt_id)
    }


def test_a_kill_loses_no_acknowledged_response_and_the_attempt_ends_by_itself(world: World) -> None:
    learner = Actor(world.learner_id, frozenset({Role.LEARNER}))
    server = servers.start(world.settings)
    attempt_id = attempts.start(world.context, learner, world.sitting_id)
    token = room.token(world.context, attempt_id)
    entries = entries_of(world, attempt_id)
    acknowledged: dict[int, str] = {}
    half_way = threading.Event()

    def save_all() -> None:
        for seq, entry in entries.items():
            told = post(server, attempt_id, token, entry)
            if told is not None:
                acknowledged[seq] = told
            if len(acknowledged) == len(entries) // 2:
                half_way.set()

    saver = threading.Thread(target=save_all)
    saver.start()
    assert half_way.wait(servers.PATIENCE_SECONDS)
    server.kill()
    saver.join()
    with world.context.reading() as session:
        stored = {entry.client_seq: entry for entry in response_events.entries(session, attempt_id)}
    assert {seq: worth for seq, worth in acknowledged.items() if seq not in stored} == {}
    assert {stored[seq].disposition for seq in acknowledged} == {Disposition.COUNTED}

    let_time_pass(world, attempt_id)
    server = servers.start(world.settings)
    try:
        wait_until(lambda: is_scored(world, attempt_id), "the attempt to be closed and scored")
    finally:
        server.stop()
    with world.context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        report = score_reports.report_of(session, attempt_id)
        assert (row.state, row.close_reason, row.answered) == (AttemptState.CLOSED, "time", len(stored))
        assert sum(mark.is_right for mark in report.marks) == len(stored)


def let_time_pass(world: World, attempt_id: UUID) -> None:
    """Move the stored clock two hours back, so that nobody has to wait for the deadline."""
    with world.context.engine.begin() as connection, world.context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        connection.execute(
            update(RowAttempt)
            .where(RowAttempt.id == attempt_id)
            .values(
                opened_at=row.opened_at - timedelta(hours=2), deadline_at=row.deadline_at - timedelta(hours=2)
            )
        )


def is_scored(world: World, attempt_id: UUID) -> bool:
    with world.context.reading() as session:
        return session.get_one(RowAttempt, attempt_id).released_at is not None

"""The start page before a sitting opens."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from quizapp.domain.person import Role
from quizapp.ports import FixedClock
from quizapp.services import sittings
from quizapp.services.unit_of_work import Context
from quizapp.store import people as store
from tests.support import banks, exams
from tests.support.people import TESTS, person, sign_in


def test_the_opening_is_said_in_the_learners_zone_and_counted_down_by_the_servers_time(
    sqlite_app: Flask, sqlite_context: Context, clock: FixedClock
) -> None:
    learner_id = person(sqlite_context, Role.LEARNER, name="Lea Learner")
    banks.framework(sqlite_context)
    banks.bank(sqlite_context)
    sitting_id = sittings.schedule(
        sqlite_context,
        TESTS,
        exams.published(sqlite_context),
        title="Soon",
        window=exams.window(sqlite_context, starts_in=1),
        person_ids=[learner_id],
    )
    with sqlite_context.transaction(TESTS) as uow:
        store.by_id(uow.session, learner_id).zone = "America/New_York"
        uow.audit("test", "person", learner_id)
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, learner_id)

    def page() -> str:
        return client.get(f"/sittings/{sitting_id}/start").text

    clock.instant += timedelta(minutes=48, milliseconds=500)
    told = page()
    assert re.findall(r'data-seconds="(\d+)"', told) == ["720"]
    assert ("That is in less than 13 minutes." in told, "Reload this page then." in told) == (True, True)
    assert re.search(r'<time datetime="2026-03-02T13:00:00\+00:00"[^>]*>[^<]*8:00', told)
    assert "waiting-room.js" in told
    clock.instant += timedelta(minutes=12)
    told = page()
    assert ("waiting-room.js" in told, "Start now: 16 questions" in told) == (False, True)

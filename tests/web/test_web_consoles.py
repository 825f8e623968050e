"""The console's pages and forms: what a proctor sees, does and is told, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quizapp.domain.exam import Release
from quizapp.domain.person import Role
from quizapp.services import (
    attempts,
    boards,
    incidents,
    late_entries,
    presence,
    saving,
    sitting_plans,
    sittings,
)
from quizapp.services.unit_of_work import Context
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support.exams import window
from tests.support.people import TESTS, person, sign_in
from tests.web.test_web_exams import JSON, words

MINUTE = timedelta(minutes=1)


class Hall:
    """A sitting with two learners at work, one who is not there, and a proctor with a browser."""

    def __init__(self, app: Flask, context: Context) -> None:
        self.app, self.context = app, context
        self.ada, self.ben = room.learner(context, "Ada One"), room.learner(context, "Ben Two")
        self.cleo = room.learner(context, "Cleo Three")
        ids = [who.person_id for who in (self.ada, self.ben, self.cleo)]
        self.pat = person(context, Role.PROCTOR, name="Pat P")
        self.sitting_id = room.room(context, ids, release=Release.MANUAL)
        plan = sitting_plans.Plan(
            "Hall",
            window(context),
            person_ids=frozenset(ids),
            proctor_ids=frozenset({self.pat}),
            late_rule="R",
        )
        sittings.revise(context, TESTS, self.sitting_id, plan)
        self.a, self.b = (attempts.start(context, who, self.sitting_id) for who in (self.ada, self.ben))
        self.url = f"/sittings/{self.sitting_id}/console"
        self.client = self.browser(self.pat)

    def browser(self, person_id: UUID) -> FlaskClient:
        client = self.app.test_client()
        sign_in(client, self.context, person_id)
        return client

    def row(self, attempt_id: UUID) -> tuple[str, int, timedelta]:
        with self.context.reading() as session:
            row = session.get_one(RowAttempt, attempt_id)
            return row.state, row.writer_epoch, row.deadline_at - row.opened_at

    def post(self, path: str, **data: object) -> str:
        answer = self.client.post(f"{self.url}/{path}", data=data)
        assert answer.status_code == 302
        return words(self.client.get(answer.location).text)

    def page(self, path: str = "") -> str:
        return words(self.client.get(f"{self.url}{path}").text)


@pytest.fixture
def hall(sqlite_app: Flask, sqlite_context: Context) -> Hall:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return Hall(sqlite_app, sqlite_context)


def test_a_quiet_board_is_loud(hall: Hall, clock) -> None:
    assert "All 2 people at work are heard of" in hall.page()
    clock.instant += timedelta(seconds=24)
    presence.beat(hall.context, room.token(hall.context, hall.b), {"unsaved": 3, "slot": 12})
    clock.instant += timedelta(seconds=1)
    told = hall.page()
    assert "1 person at work is not heard of" in told
    assert "Everybody 3 Silent 1 Working 1 Not arrived 1" in told
    assert "Ada One Silent for 25 s" in told
    assert "Ben Two Working 12 of 16 19:35 – 3 1" in told
    clock.instant += timedelta(seconds=35)
    assert "Ada One Offline since 12:00:00" in hall.page()
    assert "Ada One" not in hall.page("?q=ben")
    assert "Ben Two" not in hall.page("?state=offline")


def test_the_open_page_fetches_only_what_changes(hall: Hall) -> None:
    text = hall.client.get(f"{hall.url}?part=board").text
    assert re.findall(r'id="(\w+)" data-live', text) == ["alarm", "counts", "seats", "log"]
    assert "<html" not in text


def test_time_is_added_after_its_end_was_shown(hall: Hall) -> None:
    told = hall.page(f"/time?attempt={hall.a}&minutes=15")
    assert "Ada One +15:00 12:20:00 12:35:00" in told
    assert "Ben Two" not in told
    assert "Ben Two" in hall.page("/time?everybody=1")
    told = hall.post("time", **{f"seconds-{hall.a}": 900, "reason": "late start"})
    assert "1 person has more time" in told
    assert (hall.row(hall.a)[2], hall.row(hall.b)[2]) == (35 * MINUTE, 20 * MINUTE)
    assert "The time was not changed" in hall.post("time", **{f"seconds-{hall.a}": 900, "reason": " "})
    assert "Nobody at work was chosen" in words(
        hall.client.get(f"{hall.url}/time", follow_redirects=True).text
    )
    assert hall.row(hall.a)[2] == 35 * MINUTE


def test_what_was_lost_is_given_back_to_the_second(hall: Hall, clock) -> None:
    presence.beat(hall.context, room.token(hall.context, hall.a), {"unsaved": 0})
    clock.instant += timedelta(seconds=315)
    presence.beat(hall.context, room.token(hall.context, hall.a), {"unsaved": 0})
    told = hall.page("/compensate")
    assert "Ada One +5:15 12:20:00 12:25:15" in told
    part = hall.page("/compensate?from_at=2026-03-02T12:01:00&to_at=2026-03-02T12:02:30")
    assert "Ada One +1:30 12:20:00 12:21:30" in part
    assert "Nobody who is at work lost anything" in hall.page("/compensate?to_at=2026-03-02T11:00:00")
    assert "Ada One +5:15" in hall.page("/compensate?from_at=nonsense&to_at=0001-01-01T00:00")


def test_everybody_waits_and_goes_on(hall: Hall, clock) -> None:
    assert "2 people wait." in hall.post("pause", reason="fire alarm")
    assert "2 people wait: no clock runs" in hall.page()
    clock.instant += 10 * MINUTE
    assert "2 people go on" in hall.post("go-on")
    assert "Nobody is waiting" in hall.post("go-on")
    assert hall.row(hall.a)[2] == 30 * MINUTE


def test_a_sitting_is_ended_early(hall: Hall) -> None:
    author = hall.browser(person(hall.context, Role.INSTRUCTOR, name="Ina I"))
    link = f"/sittings/{hall.sitting_id}/items"
    told = [link in author.get(hall.url).text]
    assert "the time of 2 people ends then" in hall.page()
    assert "The sitting was not ended" in hall.post("end-early", minutes="x", reason="flood")
    assert "2 people have less time" in hall.post("end-early", minutes="5", reason="flood")
    assert "Ended early 300 s: flood by Pat P" in hall.page()
    assert hall.row(hall.a)[2] == 5 * MINUTE
    # Once it is over, whoever may read them is led from here to the statistics of its items.
    assert [*told, link in author.get(hall.url).text, link in hall.client.get(hall.url).text] == [
        False,
        True,
        False,
    ]


def test_what_is_said_and_noted_stands_in_the_log(hall: Hall, clock) -> None:
    assert "Announced. It reaches every window" in hall.post("announce", text="Ten minutes more")
    clock.instant += MINUTE
    hall.post("note", text="Row 3 flickers")
    told = hall.page()
    assert "Log 2" in told
    assert told.index("Note Row 3 flickers by Pat P") < told.index("Announced Ten minutes more by Pat P")
    assert "Nothing was announced" in hall.post("announce", text=" ")
    assert "The note was not written" in hall.post("note", text=" ")


def test_somebody_is_checked_in_and_out(hall: Hall) -> None:
    path = f"people/{hall.cleo.person_id}"
    assert "How do you know who this is?" in hall.page(f"/{path}")
    assert "Cleo Three Ready" in hall.post(f"{path}/check-in", method="photo_id")
    assert "Checked in 2 Mar 2026, 12:00 UTC · Photo identification" in hall.page(f"/{path}")
    assert "Not arrived" in hall.post(f"{path}/undo-check-in")
    assert (
        hall.client.post(f"{hall.url}/{path}/check-in", data={"method": "nod"}, headers=JSON).status_code
        == 422
    )


def test_an_attempt_is_moved_and_made_void_with_its_consequence(hall: Hall) -> None:
    page = f"/people/{hall.ada.person_id}"
    assert "The old window can no longer save." in hall.post(f"attempts/{hall.a}/move")
    told = hall.page(page)
    assert "Window 2" in told
    assert "The 16 questions of its form stay seen" in told
    assert "Another form can be made" in told
    assert "Made void." in hall.post(f"attempts/{hall.a}/void", reason="phone")
    assert hall.row(hall.a)[:2] == ("void", 2)
    assert "Make void" not in hall.page(page)
    assert "Made void Ada One phone by Pat P" in hall.page(page)


def test_the_learner_of_a_void_attempt_is_told(hall: Hall) -> None:
    hall.post(f"attempts/{hall.a}/void", reason="phone")
    told = words(hall.browser(hall.ada.person_id).get(f"/attempts/{hall.a}/receipt").text)
    assert "This attempt was made void" in told
    assert "uses up none of your attempts" in told


def test_the_late_pile_is_decided_by_its_times(hall: Hall, clock) -> None:
    clock.instant += 30 * MINUTE
    attempts.sweep(hall.context)
    for seq, elapsed in ((1, 18), (2, 25)):
        sent = room.response(seq, {"choice": "a"}, seq)
        late = saving.Sent(seq, sent.slot, sent.kind, sent.payload, elapsed * 60_000)
        saving.save(hall.context, room.token(hall.context, hall.a), [late])
    told = hall.page("/late")
    assert "12:18:00 before the end 12:20:00 12:30:00 10 min late" in told
    assert "12:25:00 after the end" in told
    assert "Late answers 2" in hall.page()
    ids = [entry.event_id for entry in late_entries.listed(hall.context, TESTS, hall.sitting_id)]
    assert "1 answer counts now." in hall.post("late", entry=ids[:1], decision="accept")
    assert "1 answer stays out." in hall.post("late", entry=ids[1:], decision="reject")
    assert "Accept the chosen" not in hall.page("/late")


def test_the_exports_are_files(hall: Hall) -> None:
    incidents.write(hall.context, TESTS, hall.sitting_id, "x")
    told = [hall.client.get(f"{hall.url}/{name}.csv") for name in ("board", "log")]
    assert [answer.headers["Content-Disposition"] for answer in told] == [
        'attachment; filename="board.csv"',
        'attachment; filename="log.csv"',
    ]
    assert told[0].text == boards.board_csv(boards.board(hall.context, TESTS, hall.sitting_id))
    assert told[1].text == boards.log_csv(incidents.listed(hall.context, TESTS, hall.sitting_id))


def test_a_proctor_of_another_sitting_sees_and_does_nothing(hall: Hall) -> None:
    stranger = hall.browser(person(hall.context, Role.PROCTOR, name="Sam S"))
    gets = ("", "/board.csv", "/log.csv", "/time?everybody=1", "/compensate", "/late", f"/people/{hall.pat}")
    posts = {
        "announce": {"text": "x"},
        "note": {"text": "x"},
        "pause": {"reason": "x"},
        "go-on": {},
        "time": {f"seconds-{hall.a}": 60, "reason": "x"},
        "late": {"entry": 1},
        f"people/{hall.cleo.person_id}/check-in": {"method": "photo_id"},
        f"people/{hall.cleo.person_id}/undo-check-in": {},
        f"attempts/{hall.a}/move": {},
        f"attempts/{hall.a}/void": {"reason": "x"},
    }
    told = {path: stranger.get(f"{hall.url}{path}").status_code for path in gets}
    told |= {path: stranger.post(f"{hall.url}/{path}", data=data).status_code for path, data in posts.items()}
    assert set(told.values()) == {404}, told
    assert (hall.row(hall.a), incidents.listed(hall.context, TESTS, hall.sitting_id)) == (
        ("open", 1, 20 * MINUTE),
        [],
    )


def test_a_proctor_is_led_to_the_consoles_of_today(hall: Hall, clock) -> None:
    later = window(hall.context, hours=2, starts_in=48)
    exam_id = sittings.get(hall.context, TESTS, hall.sitting_id).summary.exam_id
    sittings.schedule(hall.context, TESTS, exam_id, title="Later", window=later, proctor_ids=[hall.pat])
    page = hall.client.get("/").text
    assert f'href="{hall.url}"' in page
    assert "Sittings today 1" in words(page)
    assert "Coming sittings 1 Later" in words(page)
    assert f'href="{hall.url}"' in hall.client.get("/sittings").text

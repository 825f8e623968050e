"""Result pages, and releasing the results of a sitting by hand, from its page."""

from __future__ import annotations

import re
from dataclasses import replace

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import Release
from quizapp.domain.person import Role
from quizapp.services import records
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import person, sign_in


def test_an_instructor_releases_what_waits_and_records_are_issued(sqlite_app, sqlite_context) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner = room.learner(sqlite_context)
    sitting_id = room.room(sqlite_context, [learner.person_id], release=Release.MANUAL)
    attempt_id = room.taken(sqlite_context, learner, sitting_id, {"1.A": 8})
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.INSTRUCTOR, name="Ida Instructor"))
    before = client.get(f"/sittings/{sitting_id}").get_data(as_text=True)
    hidden = client.get(f"/results/{attempt_id}").status_code
    answer = client.post(f"/sittings/{sitting_id}/release", follow_redirects=True)
    after = answer.get_data(as_text=True)
    assert ("Release 1 result" in before, hidden) == (True, 409)
    assert ("1 result was released." in after, "Release 1 result" in after) == (True, False)
    assert f'href="/results/{attempt_id}"' in after
    shown = client.get(f"/results/{attempt_id}")
    assert (shown.status_code, "Lea Learner" in shown.get_data(as_text=True)) == (200, True)
    assert [line.demonstrated for line in records.mine(sqlite_context, learner)] == [1]


def test_one_asks_for_the_results_and_another_releases_them(sqlite_app, sqlite_context) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner = room.learner(sqlite_context)
    sitting_id = room.room(sqlite_context, [learner.person_id], release=Release.TWO_PEOPLE)
    room.taken(sqlite_context, learner, sitting_id, {"1.A": 8})
    ida, rita = sqlite_app.test_client(), sqlite_app.test_client()
    sign_in(ida, sqlite_context, person(sqlite_context, Role.INSTRUCTOR, name="Ida Instructor"))
    sign_in(rita, sqlite_context, person(sqlite_context, Role.REGISTRAR, name="Rita Registrar"))

    def acts(client) -> list[str]:
        page = client.get("/results/waiting").get_data(as_text=True)
        return re.findall(rf'action="/results/waiting/{sitting_id}/(\w+)"', page)

    page = ida.get(f"/sittings/{sitting_id}").get_data(as_text=True)
    assert ("one asks, another releases" in page, 'href="/results/waiting"' in page) == (True, True)
    assert f'action="/sittings/{sitting_id}/release"' not in page
    assert 'href="/results/waiting"' in rita.get("/").get_data(as_text=True)
    assert (acts(ida), acts(rita)) == (["ask"], ["ask"])
    ida.post(f"/results/waiting/{sitting_id}/ask")
    assert (acts(ida), acts(rita)) == (["withdraw"], ["release", "withdraw"])
    ida.post(f"/results/waiting/{sitting_id}/release")
    assert records.mine(sqlite_context, learner) == []
    answer = rita.post(f"/results/waiting/{sitting_id}/release", follow_redirects=True)
    assert "1 result was released." in answer.get_data(as_text=True)
    assert [line.demonstrated for line in records.mine(sqlite_context, learner)] == [1]


def test_what_was_asked_for_is_withdrawn_on_the_page(sqlite_app, sqlite_context) -> None:
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    learner = room.learner(sqlite_context)
    sitting_id = room.room(sqlite_context, [learner.person_id], release=Release.TWO_PEOPLE)
    room.taken(sqlite_context, learner, sitting_id, {"1.A": 8})
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, person(sqlite_context, Role.INSTRUCTOR, name="Ida Instructor"))
    client.post(f"/results/waiting/{sitting_id}/ask")
    answer = client.post(f"/results/waiting/{sitting_id}/withdraw", follow_redirects=True)
    told = answer.get_data(as_text=True)
    assert ("Withdrawn." in told, "For 1 nobody has asked." in told) == (True, True)


def test_a_look_over_several_competencies_begins_with_them(sqlite_app, sqlite_context) -> None:
    learner = room.learner(sqlite_context)
    blueprint = Blueprint((BlueprintRow("1.A", 2), BlueprintRow("2.A", 1)))
    sitting_id = room.room(
        sqlite_context,
        [learner.person_id],
        replace(exams.PRACTICE, blueprint=blueprint),
        bank={"practice": {"1.A": 2, "2.A": 1}},
    )
    attempt_id = room.taken(sqlite_context, learner, sitting_id, {"1.A": 2})
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, learner.person_id)
    told = client.get(f"/results/{attempt_id}").get_data(as_text=True)
    part = told.partition('id="by-competency"')[2].partition("</section>")[0]
    assert re.findall(r'<strong translate="no">(.+?)</strong>', part) == ["1.0", "2.0"]
    assert "title not given in source" in part
    assert ["2 of 2 right" in part, "0 of 1 right" in part] == [True, True]

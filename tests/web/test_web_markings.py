"""Marking by pages: two people, a third who settles, and the learner who reads what they wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from quizapp.domain.person import Role
from quizapp.services.unit_of_work import Context
from tests.support import exams
from tests.support.essays import BEST, FAIR, POOR, Study
from tests.support.people import person, sign_in
from tests.web.test_web_exams import words


class Desk:
    """Three people at the pages of marking."""

    def __init__(self, app: Flask, context: Context) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.app, self.context = app, context
        self.study = Study(context, exams.PRACTICE)
        self.ida, self.jan, self.kim = (self.client(one.person_id) for one in self.study.markers)
        self.ada = self.client(self.study.ada.person_id)

    def client(self, person_id: Any) -> Any:
        client = self.app.test_client()
        sign_in(client, self.context, person_id)
        return client

    def next(self, client: Any) -> str:
        """The address of the next answer."""
        return str(client.get(f"/marking/{self.study.version_id}").location)

    def mark(self, client: Any, levels: dict[str, int], comment: str = "", **more: Any) -> Any:
        path = self.next(client)
        digest = re.search(r'name="digest" value="([0-9a-f]{64})"', client.get(path).text)
        assert digest is not None
        given = {f"level-{name}": value for name, value in levels.items()}
        sent = {"digest": digest.group(1), "comment": comment, **given, **more}
        return client.post(path, data=sent, follow_redirects=True)


@pytest.fixture
def desk(sqlite_app: Flask, sqlite_context: Context) -> Desk:
    return Desk(sqlite_app, sqlite_context)


def test_an_answer_is_marked_twice_settled_and_read_by_its_learner(desk: Desk) -> None:
    attempt_id = desk.study.sit(desk.study.ada)
    result = f"/results/{attempt_id}"
    assert "marked by people, who have not finished" in words(desk.ada.get(result).text)
    queue = desk.ida.get("/marking").text
    assert f"/marking/{desk.study.version_id}" in queue
    page = desk.ida.get(desk.next(desk.ida)).text
    assert ("An answer to mark" in page, "put off until the survey is done" in page) == (True, True)
    assert [name for name in ("Ada", "One", str(attempt_id)) if name in page] == []
    assert desk.mark(desk.ida, {"reason": 2}).status_code == 422
    assert "No answer to this question waits for you" in words(desk.mark(desk.ida, BEST).text)
    stale = desk.next(desk.jan)
    assert desk.mark(desk.jan, POOR, "No reason <b>at all</b>.").status_code == 200
    assert "Somebody else has to mark it now" in words(desk.jan.get(stale, follow_redirects=True).text)
    settling = words(desk.kim.get(desk.next(desk.kim)).text)
    assert ("An answer to settle" in settling, "No reason" in settling) == (True, True)
    assert "changed since you opened it" in words(desk.mark(desk.kim, FAIR, digest="0" * 64).text)
    desk.mark(desk.kim, FAIR, "Nearly.")
    told = desk.ada.get(result).text
    assert ("Nearly." in told, "No reason &lt;b&gt;at all" in told) == (True, True)
    assert ("The settling marking" in words(told), "Ida" in told) == (True, False)
    assert "No answer waits to be marked" in words(desk.kim.get("/marking").text)


def test_who_may_not_mark_finds_no_door(desk: Desk) -> None:
    desk.study.sit(desk.study.ada)
    path = desk.next(desk.ida)
    for role, name in ((Role.PROCTOR, "Pia"), (Role.REGISTRAR, "Rita"), (Role.LEARNER, "Lea")):
        client = desk.client(person(desk.context, role, name=f"{name} Example"))
        paths = ("/marking", f"/marking/{desk.study.version_id}", path)
        assert [client.get(one).status_code for one in paths] == [403] * 3
        assert client.post(path, data={}).status_code == 403
        assert "/marking" not in client.get("/").text
    assert "/marking" in desk.ida.get("/").text

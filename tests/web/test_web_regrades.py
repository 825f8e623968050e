"""From a learner's challenge to a new score and back, by the pages of everybody in it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from quizapp.domain.person import Role
from quizapp.services import jobs
from quizapp.services.unit_of_work import Context
from quizapp.store.records import RowRecord
from quizapp.store.regrades import RowRegrade
from tests.services.test_regrades import A0, FULL, ONE_OFF, Hall
from tests.support.people import person, sign_in
from tests.web.test_web_exams import words

PROPOSE = f"/banks/small-bank/items/{A0}/versions/1/regrade"


class Office:
    """Ada, Ben, an instructor and a registrar, each with a browser."""

    def __init__(self, app: Flask, context: Context) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.app, self.context, self.hall = app, context, Hall(context)
        self.ada, self.ben = (self.client(who.person_id) for who in (self.hall.ada, self.hall.ben))
        self.instructor = self.client(self.hall.desk.instructor.person_id)
        self.registrar = self.client(self.hall.desk.registrar.person_id)

    def client(self, person_id: Any) -> Any:
        client = self.app.test_client()
        sign_in(client, self.context, person_id)
        return client

    def page(self, client: Any, path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        return words(answer.text)

    def approve(self, path: str, lowers: str = "") -> str:
        """The registrar approves what their page shows, then applies it."""
        self.context.clock.instant += timedelta(minutes=1)  # type: ignore[attr-defined]
        page = self.registrar.get(f"{path}?lowers={lowers}").text
        digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
        assert digest is not None
        sent = {"digest": digest.group(1), "lowers": lowers, "note": "Agreed."}
        told = self.registrar.post(f"{path}/approve", data=sent, follow_redirects=True).text
        assert "Nothing has changed yet" in told
        return words(self.registrar.post(f"{path}/apply", follow_redirects=True).text)


@pytest.fixture
def office(sqlite_app: Flask, sqlite_context: Context) -> Office:
    return Office(sqlite_app, sqlite_context)


def slot_of(office: Office, attempt_id: Any) -> int:
    from tests.support import attempts as room

    return next(s.position for s in room.slots(office.context, attempt_id) if s.item_id == A0)


def test_a_challenge_becomes_a_regrade_and_the_regrade_is_taken_back(office: Office, mail: Any) -> None:
    hall = office.hall
    a, b = hall.sit(hall.ada, ""), hall.sit(hall.ben, "a0")
    result = f"/results/{b}"
    slot = slot_of(office, b)
    data = {"slot": slot, "text": "Both are right."}
    sent = office.ben.post(f"{result}/challenge", data=data, follow_redirects=True).text
    assert ("The answer will stand on this page" in sent, f"Question {slot}" in sent) == (True, True)
    assert "challenged this question before" in words(
        office.ben.post(f"{result}/challenge", data=data, follow_redirects=True).text
    )
    assert "choose a question" in words(
        office.ben.post(f"{result}/challenge", data={"slot": 99, "text": "x"}, follow_redirects=True).text
    )
    queue = office.page(office.instructor, "/challenges")
    assert ("Both are right." in queue, "Ben Two" in queue) == (True, False)
    assert "1 challenge waits" in office.page(office.instructor, "/regrades")
    assert "Question 1.a-secure-00?" in office.page(office.instructor, PROPOSE)
    # A registrar sees neither the item nor its key.
    assert "Question 1.a-secure-00?" not in office.page(office.registrar, PROPOSE)
    for bad in ({}, {"kind": "accept", "reason": "x"}, {"kind": "drop"}):
        assert office.instructor.post(PROPOSE, data=bad).status_code == 422
    wish = {"kind": "accept", "choice": "b", "reason": "Both are right."}
    path = office.instructor.post(PROPOSE, data=wish).location
    assert "Is being looked into" in office.page(office.ben, result)
    assert "waits already" in office.page(office.instructor, PROPOSE)
    page = office.page(office.instructor, path)
    assert ("Ben Two" in page, "Ada One" in page, "A registrar who did not propose it" in page) == (
        True,
        False,
        True,
    )
    assert "1 score was changed. 1 learner gets a letter." in office.approve(path)
    assert (hall.score(a), hall.score(b)) == (FULL, FULL)
    shown = office.page(office.ben, result)
    assert "This result was scored again" in shown
    assert "Points: 15 of 16 before, 16 of 16 since." in shown
    assert "The scoring of this question was changed" in shown
    assert mail.sent == []
    assert jobs.run_due(office.context) == 1
    assert "replaced by a new one" in mail.sent[0].text
    assert f"/results/{b}" in mail.sent[0].text
    assert "Undo" in office.page(office.instructor, path)
    back = office.instructor.post(f"{path}/undo", data={"reason": "It was right."}).location
    assert "1 score was changed" in office.approve(back.partition("?")[0], "1")
    assert hall.score(b) == ONE_OFF
    assert "An earlier correction was taken back." in office.page(office.ben, result)
    assert "Undone" in office.page(office.registrar, "/regrades")
    with office.context.reading() as session:
        rows = session.query(RowRecord).filter_by(attempt_id=b).order_by(RowRecord.issued_at)
        serials = [row.serial for row in rows]
    public = office.app.test_client()
    chain = [public.get(f"/verify/{serial}").text for serial in serials]
    assert [f"/verify/{after}" in page for after, page in zip(serials[1:], chain, strict=False)] == [True] * 2
    assert ["Superseded" in page for page in chain[:2]] == [True] * 2


def test_a_challenge_can_be_answered_in_words(office: Office) -> None:
    hall = office.hall
    b = hall.sit(hall.ben, "a0")
    office.ben.post(f"/results/{b}/challenge", data={"slot": 1, "text": "Why?"})
    page = office.instructor.get("/challenges").text
    target = re.search(r'action="(/challenges/[^"]+/answer)"', page)
    assert target is not None
    assert "write an answer" in office.instructor.post(target.group(1), follow_redirects=True).text
    office.instructor.post(target.group(1), data={"answer": "The source says so."})
    assert "The source says so." in office.page(office.ben, f"/results/{b}")
    assert "No challenge waits" in office.page(office.instructor, "/challenges")
    again = office.instructor.post(target.group(1), data={"answer": "x"}, follow_redirects=True)
    assert "not possible in the present state" in again.text
    assert office.ada.post(f"/results/{b}/challenge", data={"slot": 1, "text": "x"}).status_code == 404


def test_becoming_worse_takes_a_look_and_a_note(office: Office) -> None:
    hall = office.hall
    a = hall.sit(hall.ada, "")
    wish = {"kind": "fix_key", "choice": "b", "reason": "The key was wrong."}
    path = office.instructor.post(PROPOSE, data=wish).location
    page = office.page(office.registrar, path)
    assert ("1 released result would become worse" in page, "Stays as it is" in page) == (True, True)
    worse = office.registrar.get(f"{path}?lowers=1").text
    assert "Becomes worse" in worse
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', worse)
    assert digest is not None
    sent = {"digest": digest.group(1), "lowers": "1"}
    assert (
        "may become worse" in office.registrar.post(f"{path}/approve", data=sent, follow_redirects=True).text
    )
    office.approve(path, "1")
    assert hall.score(a)[:2] == (15, 16)
    done = office.page(office.registrar, path)
    assert ("Released results may become worse" in done, "Agreed." in done) == (True, True)


def test_an_old_sign_in_approves_nothing(office: Office) -> None:
    hall = office.hall
    hall.sit(hall.ben, "a0")
    path = office.instructor.post(PROPOSE, data={"kind": "full_marks", "reason": "x"}).location
    with office.registrar.session_transaction() as stored:
        stored["fs_paa"] = 1.0
        stored.pop("fs_gexp", None)
    answer = office.registrar.post(f"{path}/approve", data={"digest": "x"})
    assert "/sign-in-again" in answer.location
    with office.context.reading() as session:
        assert [row.state for row in session.query(RowRegrade)] == ["proposed"]
    assert "Withdrawn" in office.instructor.post(f"{path}/withdraw", follow_redirects=True).text


def test_a_reviewer_sees_no_scores_and_no_regrades(office: Office) -> None:
    reviewer = office.client(person(office.context, Role.REVIEWER, name="Rea"))
    assert [reviewer.get(path).status_code for path in ("/regrades", "/challenges", PROPOSE)] == [403] * 3

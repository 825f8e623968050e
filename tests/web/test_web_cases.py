"""A case by the pages of everybody in it: opened on a result, read, decided, told in letters."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any

import pytest
from flask import Flask

from quizapp.domain.exam import Release
from quizapp.services import jobs
from quizapp.services.unit_of_work import Context
from tests.support.cases import Court
from tests.support.people import sign_in
from tests.support.records import MIXED
from tests.web.test_web_exams import words


class Office:
    """Everybody of the court, each with a browser."""

    def __init__(self, app: Flask, context: Context, **changes: Any) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.app, self.court = app, Court(context, **changes)

    def client(self, actor: Any) -> Any:
        client = self.app.test_client()
        sign_in(client, self.court.context, actor.person_id)
        return client


@pytest.fixture
def office(sqlite_app: Flask, sqlite_context: Context) -> Office:
    return Office(sqlite_app, sqlite_context)


def test_an_appeal_from_the_result_to_the_letter(office: Office, mail: Any) -> None:
    court = office.court
    ada, avi, ines = (office.client(who) for who in (court.ada, court.avi, court.ines))
    attempt_id = court.sit(MIXED)
    about = f"/cases/about/{attempt_id}"
    assert about in ada.get(f"/results/{attempt_id}").text
    assert "had no part in this exam decides within 28 days" in words(ada.get(about).text)
    assert ada.post(about, data={"grounds": " "}).status_code == 422
    path = ada.post(about, data={"grounds": "The fire alarm rang."}).location
    jobs.run_due(court.context)
    assert "There is an open case about this attempt" in words(
        ada.post(about, data={"grounds": "Again."}, follow_redirects=True).text
    )
    assert path in ada.get(f"/results/{attempt_id}").text
    own = words(ada.get(path).text)
    assert ("The fire alarm rang." in own, "Read the evidence" in own, "Withdraw" in own) == (
        True,
        False,
        True,
    )
    assert ("Ada One" in words(avi.get("/cases").text), ines.get(path).status_code) == (True, 404)
    evidence = words(avi.get(f"{path}/evidence").text)
    assert ("1.a-secure" in evidence, "Question 1.a-secure" in evidence) == (True, False)
    with zipfile.ZipFile(io.BytesIO(avi.get(f"{path}/evidence.zip").data)) as file:
        assert file.namelist() == [
            "case.json", "marks.csv", "incidents.csv", "time_changes.csv", "log.csv", "letters/1-opened.txt",
        ]  # fmt: skip
        told = json.loads(file.read("case.json"))
        assert [row["item_id"] for row in told["evidence"]["marks"]] == [
            row["item_id"] for row in csv.DictReader(io.StringIO(file.read("marks.csv").decode("utf-8-sig")))
        ]
        assert "The fire alarm rang." in file.read("letters/1-opened.txt").decode()
    assert ada.get(f"{path}/evidence.zip").status_code == 403
    avi.post(f"{path}/note", data={"text": "Asked the proctor."})
    page = avi.get(path).text
    assert ('value="free_resit"' in page, 'value="void"' in page) == (True, False)
    assert avi.post(f"{path}/decide", data={"outcome": "void", "reasons": "x"}).status_code == 422
    sent = {"outcome": "free_resit", "reasons": "It rang for ten minutes."}
    assert "Decided." in words(avi.post(f"{path}/decide", data=sent, follow_redirects=True).text)
    jobs.run_due(court.context)
    opened, decided = mail.sent
    assert re.fullmatch(r"Case [0-9A-F]{4}-[0-9A-F]{4}: Small certification", opened.subject)
    assert ("The fire alarm rang." in opened.text, path in opened.text) == (True, True)
    assert "you may sit this exam once more" in decided.text
    assert "It rang for ten minutes." in decided.text
    own = words(ada.get(path).text)
    assert ("Free resit" in own, "It rang for ten minutes." in own, "Asked the proctor." in own) == (
        True,
        True,
        False,
    )


def test_a_decision_takes_a_fresh_sign_in_and_somebody_independent(office: Office) -> None:
    court = office.court
    rita, ines = office.client(court.rita), office.client(court.ines)
    path = ines.post(f"/cases/about/{court.sit(MIXED)}", data={"grounds": "A phone rang."}).location
    sent = {"outcome": "bar", "days": "90", "reasons": "Seen."}
    with rita.session_transaction() as stored:
        stored["fs_paa"] -= 3600
    assert "/sign-in-again" in rita.post(f"{path}/decide", data=sent).location
    rita = office.client(court.rita)
    assert "You opened this case" not in rita.get(path).text
    assert rita.post(f"{path}/decide", data=sent).location == path
    assert "Barred until" in words(rita.get(path).text)
    assert path in office.client(court.ada).get("/").text
    assert "not possible in the present state" in words(
        rita.post(f"{path}/decide", data=sent, follow_redirects=True).text
    )


def test_a_proctor_reports_in_the_console_and_takes_it_back(
    sqlite_app: Flask, sqlite_context: Context
) -> None:
    office = Office(sqlite_app, sqlite_context, release=Release.MANUAL)
    court = office.court
    attempt_id = court.sit(MIXED)
    paul, rita = office.client(court.paul), office.client(court.rita)
    console = f"/sittings/{court.sitting_id}/console/people/{court.ada.person_id}"
    about = f"/cases/about/{attempt_id}"
    assert about in paul.get(console).text
    path = paul.post(about, data={"grounds": "A phone rang."}).location
    assert "Holds the release of the result" in words(rita.get(path).text)
    assert (path in paul.get("/cases").text, paul.get(f"{path}/evidence").status_code) == (True, 403)
    assert "Withdrawn. Nothing was changed" in words(
        paul.post(f"{path}/withdraw", follow_redirects=True).text
    )
    assert rita.post(f"{path}/withdraw").status_code == 404

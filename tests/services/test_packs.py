"""The emergency pack: forms by the exam's own rules, stored, and printed without a key."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from quizapp.domain import exam as exams
from quizapp.domain.errors import Forbidden, Invalid, Refused
from quizapp.domain.person import Actor, Role
from quizapp.services import packs, pictures
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store.attempts import RowExposure, RowForm, RowFormSlot
from quizapp.store.items import RowItem, RowItemVersion
from quizapp.store.packs import RowPrintedForm
from tests.support import banks
from tests.support import exams as known_exams
from tests.support.drawings import drawing
from tests.support.people import TESTS, person


@pytest.fixture
def exam(context: Context) -> exams.ExamDefinition:
    banks.framework(context)
    banks.bank(context)
    known_exams.published(context)
    return known_exams.CERTIFICATION


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_every_form_is_drawn_by_the_blueprint_from_the_exams_own_pool(
    context: Context, exam: exams.ExamDefinition
) -> None:
    packs.print_pack(context, TESTS, "small-exam", 3)
    with context.reading() as session:
        printed = session.query(RowPrintedForm).all()
        assert (len(printed), len({row.code for row in printed})) == (3, 3)
        for row in printed:
            slots = session.query(RowFormSlot).filter_by(form_id=row.form_id).all()
            counts = {task: sum(slot.task_code == task for slot in slots) for task in ("1.A", "1.B")}
            pools = {
                session.get_one(
                    RowItem, session.get_one(RowItemVersion, slot.item_version_id).item_row_id
                ).pool
                for slot in slots
            }
            assert (counts, pools) == ({"1.A": 8, "1.B": 8}, {"secure"})
        assert session.query(RowExposure).count() == 0


def test_pictures_are_printed_with_their_words(context: Context, exam: exams.ExamDefinition) -> None:
    name = pictures.add(context, TESTS, drawing(size=(2000, 3000)), "A tall pier").name
    with context.transaction(TESTS) as uow:
        for version in uow.session.query(RowItemVersion):
            version.content = version.content | {"stem": f"Where? ![A map](media/{name})"}
        uow.audit("revise", "item_bank", "small-bank")
    told = pypdf.PdfReader(io.BytesIO(packs.print_pack(context, TESTS, "small-exam", 1)))
    assert sum(len(page.images) for page in told.pages) == 16
    assert sum(page.extract_text().count("Where? [A map]") for page in told.pages) == 16


def test_each_page_names_its_form_and_every_question_is_there_once(
    context: Context, exam: exams.ExamDefinition
) -> None:
    told = pages(packs.print_pack(context, TESTS, "small-exam", 2))
    with context.reading() as session:
        printed = {row.code: row.form_id for row in session.query(RowPrintedForm)}
        for code, form_id in printed.items():
            text = "\n".join(page for page in told[1:] if f"Form {code} - questions" in page)
            stems = [served.content["stem"] for served in attempt_store.served_items(session, form_id)]
            assert [stem for stem in stems if text.count(stem) != 1] == []
            assert sum(f"Form {code} - answer sheet" in page for page in told) == 1
    assert [page for page in told[1:] if not re.search(r"Form [A-Z2-9]{4}-[A-Z2-9]{4} - ", page)] == []
    assert [code for code in printed if code not in told[0]] == []


def test_no_key_and_no_reason_is_printed(context: Context, exam: exams.ExamDefinition) -> None:
    with context.transaction(TESTS) as uow:
        for version in uow.session.query(RowItemVersion):
            version.key = {"keys": ["a"], "rationales": dict.fromkeys("abc", "CANARY")}
        uow.audit("revise", "item", "all")
    data = packs.print_pack(context, TESTS, "small-exam", 1)
    told = "\n".join(pages(data))
    assert [word for word in ("CANARY", "1.A", "1.B", "rationale") if word in told] == []


def test_signs_the_font_lacks_are_named_and_no_form_is_kept(
    context: Context, exam: exams.ExamDefinition
) -> None:
    with context.transaction(TESTS) as uow:
        for version in uow.session.query(RowItemVersion):
            version.content = {**version.content, "stem": "Что это — “это”?"}
        uow.audit("revise", "item", "all")
    with pytest.raises(Invalid) as refused:
        packs.print_pack(context, TESTS, "small-exam", 1)
    assert [problem.value[-1] for problem in refused.value.problems] == sorted(set("Чтоэ"))
    with context.reading() as session:
        assert (session.query(RowForm).count(), session.query(RowPrintedForm).count()) == (0, 0)


def test_only_a_published_exam_is_printed_and_not_by_everybody(context: Context) -> None:
    banks.framework(context)
    banks.bank(context)
    known_exams.define(context)
    with pytest.raises(Refused) as refused:
        packs.print_pack(context, TESTS, "small-exam", 1)
    assert refused.value.code == "exam_not_published"
    proctor = Actor(person(context, Role.PROCTOR), frozenset({Role.PROCTOR}))
    with pytest.raises(Forbidden):
        packs.print_pack(context, proctor, "small-exam", 1)

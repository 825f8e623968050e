"""What is kept in memory: made once for its id, never more than the limit; what may change is not kept."""

from __future__ import annotations

from uuid import UUID

from quizapp.store.exams import RowExam, definition_of
from quizapp.store.known import Known
from tests.support import banks, exams


def test_a_known_value_is_made_once_and_the_oldest_leaves() -> None:
    known: Known[int] = Known(limit=2)
    made: list[int] = []

    def ask(number: int) -> int:
        return known.get(UUID(int=number), lambda: made.append(number) or number)

    assert [ask(number) for number in (1, 2, 1, 3, 1)] == [1, 2, 1, 3, 1]
    assert made == [1, 2, 3, 1]


def test_a_draft_is_read_afresh_and_a_published_definition_once(context) -> None:
    banks.framework(context)
    banks.bank(context)
    exam_id = exams.define(context)
    with context.reading() as session:
        row = session.get_one(RowExam, exam_id)
        first = definition_of(row)
        row.definition = {**row.definition, "title": "Revised"}
        assert (first.title, definition_of(row).title) == (exams.CERTIFICATION.title, "Revised")
    published = exams.published(context, slug="other-exam")
    with context.reading() as session:
        row = session.get_one(RowExam, published)
        assert definition_of(row) is definition_of(row)

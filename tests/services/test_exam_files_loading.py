"""Exam files through their services: all or nothing, the same twice, every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizapp import resources
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.exam import ExamState
from quizapp.domain.person import NOBODY
from quizapp.services import exam_files, exams
from quizapp.services.exam_files import Outcome
from quizapp.services.unit_of_work import Context
from tests.support import banks
from tests.support.exam_files import BROKEN, CERTIFICATION, PRACTICE
from tests.support.people import TESTS

SHIPPED = resources.folder("question_banks") / "security-cooperation" / "exams"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exams"
    folder.mkdir()
    (folder / "a.yaml").write_text(CERTIFICATION)
    (folder / "b.yaml").write_text(PRACTICE)
    return folder


@pytest.fixture
def ground(context: Context) -> Context:
    banks.framework(context)
    banks.bank(context)
    return context


def outcomes(
    context: Context, path: Path, publish: bool = False
) -> list[tuple[str, Outcome, ExamState, bool]]:
    loaded = exam_files.load(context, TESTS, path, publish)
    return [(e.slug, e.outcome, e.state, e.is_published_now) for e in loaded]


def slugs(context: Context) -> list[str]:
    return [exam.slug for exam in exams.listed(context, TESTS)]


def test_loading_again_changes_nothing(ground: Context, folder: Path) -> None:
    new, same, draft = Outcome.NEW, Outcome.UNCHANGED, ExamState.DRAFT
    assert outcomes(ground, folder) == [
        ("small-exam", new, draft, False),
        ("small-practice", new, draft, False),
    ]
    assert outcomes(ground, folder) == [
        ("small-exam", same, draft, False),
        ("small-practice", same, draft, False),
    ]
    published = ExamState.PUBLISHED
    assert outcomes(ground, folder, publish=True) == [
        ("small-exam", same, published, True),
        ("small-practice", same, published, True),
    ]
    assert outcomes(ground, folder, publish=True) == [
        ("small-exam", same, published, False),
        ("small-practice", same, published, False),
    ]


def test_a_changed_file_revises_a_draft_and_never_a_published_exam(ground: Context, folder: Path) -> None:
    file = folder / "a.yaml"
    outcomes(ground, file)
    file.write_text(CERTIFICATION.replace("minutes: 20", "minutes: 30"))
    assert outcomes(ground, file, publish=True) == [
        ("small-exam", Outcome.REVISED, ExamState.PUBLISHED, True)
    ]
    assert exams.get(ground, TESTS, "small-exam").definition.time_limit_seconds == 1800
    file.write_text(CERTIFICATION)
    with pytest.raises(Refused, match="exam_is_frozen"):
        outcomes(ground, folder)
    assert slugs(ground) == ["small-exam"]


def test_one_broken_file_and_nothing_is_loaded(ground: Context, folder: Path) -> None:
    (folder / "c.yaml").write_text(CERTIFICATION.replace("small-exam", "third").replace("1.B: 8", "9.Z: 8"))
    with pytest.raises(Invalid) as error:
        outcomes(ground, folder)
    assert [(p.place, p.field, p.value, p.reason) for p in error.value.problems] == [
        ("c.yaml:9: third", "blueprint[9.Z]", "9.Z", "unknown_code")
    ]
    assert slugs(ground) == []


def test_what_is_not_feasible_is_not_loaded_either_when_it_was_to_be_published(
    context: Context, folder: Path
) -> None:
    banks.framework(context)
    banks.bank(context, secure={"1.A": 8, "1.B": 7})
    with pytest.raises(Invalid) as error:
        outcomes(context, folder, publish=True)
    assert (error.value.code, [(p.place, p.reason) for p in error.value.problems]) == (
        "not_feasible",
        [("a.yaml:9: small-exam", "pool_too_small")],
    )
    assert slugs(context) == []
    assert len(outcomes(context, folder)) == 2


def test_two_files_of_one_id_are_one_exam_that_differs(ground: Context, folder: Path) -> None:
    (folder / "b.yaml").write_text(CERTIFICATION)
    assert [outcome for _, outcome, _, _ in outcomes(ground, folder)] == [Outcome.NEW, Outcome.UNCHANGED]


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("id: [\n", "c.yaml:2", "bad_yaml"),
        ("- 1\n", "c.yaml:1", "not_a_mapping"),
        ("", "c.yaml", "empty_file"),
        ("id: &a x\ntitle: *a\n", "c.yaml:2", "alias"),
        (CERTIFICATION + "id: again\n", "c.yaml:10", "duplicate_key"),
    ],
)
def test_what_is_no_plain_data_is_refused(
    sqlite_context: Context, folder: Path, text: str, place: str, reason: str
) -> None:
    (folder / "c.yaml").write_text(text)
    with pytest.raises(Invalid) as error:
        outcomes(sqlite_context, folder)
    assert [(p.place, p.reason) for p in error.value.problems] == [(place, reason)]
    assert slugs(sqlite_context) == []


def test_problems_are_told_with_their_lines(folder: Path) -> None:
    (folder / "c.yaml").write_text(BROKEN)
    told = exam_files.check(folder / "c.yaml")
    assert [(p.line, p.field) for p in told.problems] == [
        (2, "title"),
        (4, "banks"),
        (5, "mode"),
        (6, "minutes"),
        (7, "colour"),
        (9, "blueprint[1.A]"),
        (12, "rules.task.c"),
        (15, "attempts.often"),
    ]


def test_nothing_to_read_is_not_found(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.yaml", Path("no-such-exam"), Path("../exams")):
        with pytest.raises(NotFound):
            exam_files.check(path)


def test_nobody_may_not_load(context: Context, folder: Path) -> None:
    with pytest.raises(Forbidden):
        exam_files.load(context, NOBODY, folder)


def test_the_shipped_exams_are_sound() -> None:
    told = exam_files.check(SHIPPED)
    assert (told.problems, told.is_checked_against_framework) == ((), True)
    by_slug = {exam.slug: exam.definition for exam in told.exams}
    certification, practice = by_slug["1.0-certification"], by_slug["1.0-practice"]
    codes = ("1.A", "1.B", "1.C", "1.D", "1.E")
    assert [(r.task_code, r.items, r.top_up) for r in certification.blueprint.rows] == [
        (code, 8, 4) for code in codes
    ]
    assert [(r.task_code, r.items, r.top_up) for r in practice.blueprint.rows] == [
        (code, 4, 0) for code in codes
    ]
    assert (certification.time_limit_seconds, practice.time_limit_seconds) == (3000, 1500)
    assert (certification.attempts.is_unlimited, practice.attempts.is_unlimited) == (False, True)


def test_a_shipped_exam_is_found_by_its_id() -> None:
    assert exam_files.find(Path("1.0-practice")) == SHIPPED / "1.0-practice.yaml"
    assert exam_files.find(Path("security-cooperation/exams")) == SHIPPED


def test_a_stored_exam_is_written_as_the_file_it_came_from(ground: Context, folder: Path) -> None:
    outcomes(ground, folder)
    told = exam_files.as_file(exams.get(ground, TESTS, "small-exam"))
    assert (told["blueprint"], told["minutes"]) == ({"1.A": "8 + 4", "1.B": "8 + 4"}, 20)

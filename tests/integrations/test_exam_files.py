"""The text form of an exam: read, refused with every problem, written and read again."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import (
    UNLIMITED,
    AttemptsPolicy,
    CutRule,
    ExamDefinition,
    Mode,
    Release,
    Section,
    TaskRule,
)
from quizapp.domain.item import Pool
from quizapp.integrations import exam_files
from quizapp.integrations.exam_files import ExamFile
from tests.support.exam_files import BROKEN, CERTIFICATION, PRACTICE
from tests.support.exams import CERTIFICATION as CERTIFICATION_DEFINITION
from tests.support.exams import PRACTICE as PRACTICE_DEFINITION


def read(text: str) -> tuple[ExamFile | None, list[tuple[str, str, str]]]:
    told, problems = exam_files.read(yaml.safe_load(text))
    return told, [(p.field, p.value, p.reason) for p in problems]


@pytest.mark.parametrize(
    ("text", "slug", "definition"),
    [
        (CERTIFICATION, "small-exam", CERTIFICATION_DEFINITION),
        (PRACTICE, "small-practice", PRACTICE_DEFINITION),
    ],
)
def test_what_a_file_leaves_out_is_usual_for_its_mode(
    text: str, slug: str, definition: ExamDefinition
) -> None:
    assert read(text) == (ExamFile(slug, "small", "", ("small-bank",), definition), [])


def test_every_problem_of_a_broken_file_is_told() -> None:
    assert read(BROKEN) == (
        None,
        [
            ("colour", "", "unknown_field"),
            ("banks", "[]", "not_a_list"),
            ("mode", "exam", "unknown_value"),
            ("title", "", "missing"),
            ("blueprint[1.A]", "many", "bad_counts"),
            ("minutes", "soon", "not_whole"),
            ("attempts.often", "", "unknown_field"),
            ("rules.task.c", "7/10", "not_a_share"),
        ],
    )


@pytest.mark.parametrize(
    ("text", "share"),
    [("75 %", "3/4"), ("75%", "3/4"), ("0.75", "3/4"), ("'0.75'", "3/4"), ("0.7", "7/10"), ("12.5 %", "1/8")],
)
def test_a_share_is_exact(text: str, share: str) -> None:
    told, _ = read(f"{CERTIFICATION}rules:\n  exam:\n    total: {text}\n")
    assert told is not None
    assert told.definition.cut_rule.total == Fraction(share)


@pytest.mark.parametrize(
    "text", ["8 +", "+ 4", "8 + 4 + 2", "-1", "8.5", "true", "[8, 4]", "{items: 8}", "99999", "null"]
)
def test_counts_are_one_number_or_two(text: str) -> None:
    _, problems = read(CERTIFICATION.replace("1.A: 8 + 4", f"1.A: {text}"))
    assert [(field, reason) for field, _, reason in problems] == [("blueprint[1.A]", "bad_counts")]


SECTIONS = """\
sections:
  - title: Morning
    tasks: [1.B]
  - title: Afternoon
    minutes: 5
    one_way: true
    tasks: [1.A]
"""


def test_sections_say_which_tasks_are_asked_in_them() -> None:
    told, problems = read(CERTIFICATION + SECTIONS)
    assert (told is not None, problems) == (True, [])
    assert told.definition.sections == (Section("Morning"), Section("Afternoon", 300, True))
    assert [(row.task_code, row.section) for row in told.definition.blueprint.rows] == [
        ("1.A", 1),
        ("1.B", 0),
    ]


def test_a_task_stands_in_exactly_one_section() -> None:
    _, problems = read(CERTIFICATION + SECTIONS.replace("[1.B]", "[2.A, 1.A]"))
    assert problems == [
        ("sections[1].tasks", "1.A", "duplicate_code"),
        ("sections", "2.A", "unknown_code"),
        ("blueprint[1.B]", "1.B", "no_section"),
    ]


@pytest.mark.parametrize("value", [None, 1, "text", [1], True])
@pytest.mark.parametrize(
    "field", ["id", "banks", "mode", "minutes", "sections", "blueprint", "attempts", "rules"]
)
def test_no_value_of_a_field_breaks_the_reader(field: str, value: object) -> None:
    told, problems = exam_files.read({**yaml.safe_load(CERTIFICATION), field: value})
    assert (told is None) == bool(problems)


shares = st.integers(1, 9999).map(lambda n: Fraction(n, 10_000))
counts = st.integers(1, 99)
texts = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@st.composite
def files(draw: st.DrawFn) -> ExamFile:
    mode = draw(st.sampled_from(Mode))
    codes = draw(st.lists(st.sampled_from(["1.A", "1.B", "2.A", "10.AB"]), min_size=1, unique=True))
    sections = draw(st.integers(0, len(codes)))
    rows = tuple(
        BlueprintRow(code, draw(counts), draw(st.integers(0, 9)), n % sections if sections else 0)
        for n, code in enumerate(codes)
    )
    policy = draw(st.just(UNLIMITED) | st.builds(AttemptsPolicy, counts, counts, counts, counts, counts))
    definition = ExamDefinition(
        title=draw(texts),
        mode=mode,
        blueprint=Blueprint(rows),
        time_limit_seconds=60 * draw(counts),
        instructions=draw(texts),
        pool=draw(st.sampled_from(Pool)),
        sections=tuple(Section(draw(texts), 60 * draw(counts), draw(st.booleans())) for _ in range(sections)),
        attempts=policy,
        task_rule=TaskRule(draw(shares), draw(shares), draw(counts), draw(texts)),
        cut_rule=CutRule(draw(st.booleans()), draw(shares), draw(counts), draw(texts)),
        release=draw(st.sampled_from(Release)),
        has_calculator=draw(st.booleans()),
        grace_seconds=draw(counts),
        valid_days=draw(counts),
    )
    return ExamFile(
        draw(texts), draw(texts), draw(texts), tuple(draw(st.lists(texts, min_size=1))), definition
    )


@given(files())
def test_what_is_written_reads_back_equal(file: ExamFile) -> None:
    assert exam_files.read(exam_files.write(file)) == (file, [])

"""Exams for tests: definitions on the small framework, and one that is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import UNLIMITED, ExamDefinition, Mode, Window
from quizapp.domain.item import Pool
from quizapp.services import exams
from quizapp.services.unit_of_work import Context
from tests.support.people import TESTS

CERTIFICATION = ExamDefinition(
    title="Small certification",
    mode=Mode.CERTIFICATION,
    blueprint=Blueprint((BlueprintRow("1.A", 8, 4), BlueprintRow("1.B", 8, 4))),
    time_limit_seconds=1200,
)
PRACTICE = ExamDefinition(
    title="Small practice",
    mode=Mode.PRACTICE,
    blueprint=Blueprint((BlueprintRow("1.A", 4), BlueprintRow("1.B", 4))),
    time_limit_seconds=600,
    pool=Pool.PRACTICE,
    attempts=UNLIMITED,
)


def define(
    context: Context,
    definition: ExamDefinition = CERTIFICATION,
    slug: str = "small-exam",
    bank_ids: tuple[str, ...] = ("small-bank",),
    **changes: Any,
) -> UUID:
    """A draft on the small framework and bank."""
    return exams.define(
        context,
        TESTS,
        slug=slug,
        definition=replace(definition, **changes),
        framework_id="small",
        bank_ids=bank_ids,
    )


def published(context: Context, definition: ExamDefinition = CERTIFICATION, **changes: Any) -> UUID:
    """A published exam on the small framework and bank."""
    exam_id = define(context, definition, **changes)
    exams.publish(context, TESTS, exam_id)
    return exam_id


def window(context: Context, hours: int = 4, starts_in: int = 0) -> Window:
    """A window from now (or so many hours later), so many hours long."""
    opens_at = context.clock.now() + timedelta(hours=starts_in)
    return Window(opens_at, opens_at + timedelta(hours=hours))

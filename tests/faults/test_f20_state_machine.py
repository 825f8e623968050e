"""F2, F3, F4, F6, F15, F16, F20: the whole protocol in any order, on the pure core and over HTTP.

The oracle after every step: what was acknowledged is stored with its worth, every counted and not
superseded response is in the final set, nothing else was shown as saved, the attempt is closed once,
the receipt's digest can be recomputed from an export, and the score equals an independent one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import Section
from tests.conftest import DIALECTS, empty
from tests.faults.core_door import CoreDoor
from tests.faults.http_door import HttpDoor
from tests.faults.machine import AttemptMachine
from tests.faults.model import FIRST_LIMIT, LIMIT
from tests.support import attempts as room
from tests.support import exams

#: Attempts on each database, and ten times as many on the pure core; `make soak` asks for more.
EXAMPLES = int(os.environ.get("QUIZAPP_TEST_EXAMPLES", "5"))
CORE = settings(
    max_examples=10 * EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_pure_core_keeps_the_protocol_in_any_order() -> None:
    class Machine(AttemptMachine):
        door = CoreDoor()

    run_state_machine_as_test(Machine, settings=CORE)


def http_settings(examples: int) -> settings:
    """Without shrinking, which would take minutes: the core finds the smallest example of the same."""
    return settings(
        CORE,
        max_examples=examples,
        stateful_step_count=25,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
    )


@pytest.fixture(params=DIALECTS)
def door(request, clock, mail) -> Iterator[HttpDoor]:
    """An installation with a sitting of an exam of two sections."""
    told = request.getfixturevalue("sqlite_settings" if request.param == "sqlite" else "postgres_settings")
    door = HttpDoor(told, clock, mail)
    if request.param == "postgresql":
        empty(door.context)
    parts = (Section("First", FIRST_LIMIT), Section("Second", is_one_way=True))
    rows = Blueprint((BlueprintRow("1.A", 3, 0, 0), BlueprintRow("1.B", 2, 0, 1)))
    room.room(door.context, [])
    definition = replace(exams.PRACTICE, blueprint=rows, sections=parts, time_limit_seconds=LIMIT)
    door.offer(room.offered(door.context, definition, slug="two-sections"))
    yield door
    door.end()


def test_the_application_keeps_the_protocol_in_any_order(door) -> None:
    class Machine(AttemptMachine):
        pass

    Machine.door = door
    run_state_machine_as_test(Machine, settings=http_settings(EXAMPLES))

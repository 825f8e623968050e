"""Records in the domain: serials, statuses, what deserves one, and a payload without times."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.attempt import Purpose
from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.errors import Refused
from quizapp.domain.exam import ExamDefinition, Mode, Standing
from quizapp.domain.framework import Competency, Framework, TaskStatement
from quizapp.domain.record import (
    DISCLAIMER,
    PILOT_NOTICE,
    SERIAL_ALPHABET,
    SERIAL_BYTES,
    TRANSITIONS,
    EvidenceSource,
    ReasonCategory,
    RecordFacts,
    RecordStatus,
    check_reason,
    compose,
    deserves_record,
    expected_false_entries,
    expires_on,
    move,
    read_serial,
    serial_of,
    status_as_of,
    status_on,
)
from quizapp.domain.score import Decision, EarlierAttempt, ScoreReport, SlotMark, report

DEFINITION = ExamDefinition(
    title="Example exam",
    mode=Mode.CERTIFICATION,
    blueprint=Blueprint((BlueprintRow("1.A", 8, 8), BlueprintRow("1.B", 8, 8))),
    time_limit_seconds=600,
    valid_days=365,
)
FRAMEWORK = Framework(
    "small",
    "1",
    "Small",
    (Competency("1.0", None, None, (TaskStatement("1.A", "Do A."), TaskStatement("1.B", "Do B."))),),
)


def marks(task: str, right: int, of: int, first: int = 1) -> list[SlotMark]:
    return [
        SlotMark(
            at,
            f"{task}-{at}",
            task,
            Fraction(at - first < right),
            Fraction(1),
            at - first < right,
            True,
            True,
        )
        for at in range(first, first + of)
    ]


def scored(a: int, b: int, later: int | None = None) -> ScoreReport:
    """A right of 8 on 1.A, b of 8 on 1.B; ``later`` of 8 more on 1.B in a second attempt."""
    first = marks("1.A", a, 8) + marks("1.B", b, 8, 9)
    outline = [("1.0", ["1.A", "1.B"])]
    rules = (DEFINITION.task_rule, DEFINITION.cut_rule)
    if later is None:
        return report("one", first, [], outline, *rules)
    earlier = [EarlierAttempt("one", tuple(first))]
    return report("two", marks("1.B", later, 8), earlier, outline, *rules)


def source(name: str, day: date) -> EvidenceSource:
    return EvidenceSource(name, "exam", "Example exam", "f" * 64, "b" * 64, "k" * 64, day)


def facts(told: ScoreReport, standing: Standing = Standing.PILOT) -> RecordFacts:
    return RecordFacts(
        serial="S",
        learner_name="Ada Example",
        framework=FRAMEWORK,
        exam_id="exam",
        definition=DEFINITION,
        standing=standing,
        sme_review="pending",
        report=told,
        sources={"one": source("one", date(2026, 1, 10)), "two": source("two", date(2026, 2, 10))},
        cycles=1,
        issuer_id="issuer",
        issuer_name="Issuer",
        issuing_officer="automatic",
        issued_on=date(2026, 2, 11),
    )


# --- serials ----------------------------------------------------------------------------


@given(st.binary(min_size=SERIAL_BYTES, max_size=SERIAL_BYTES))
def test_a_serial_survives_paper_and_telephone(data: bytes) -> None:
    serial = serial_of(data)
    assert len(serial) == 34
    assert set(serial) <= {*SERIAL_ALPHABET, "-"}
    assert read_serial(serial) == serial
    spoken = serial.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_serial(f" {spoken} ") == serial


@given(st.integers(min_value=0, max_value=2**140 - 1), st.integers(min_value=0, max_value=139))
def test_every_one_of_140_bits_tells_serials_apart(number: int, bit: int) -> None:
    other = number ^ 1 << bit
    told = [serial_of(n.to_bytes(SERIAL_BYTES, "big")) for n in (number, other)]
    assert told[0] != told[1]


@pytest.mark.parametrize("text", ["", "7", "U" * 28, "0" * 27, "0" * 29, "0" * 27 + "*", "é" * 28])
def test_what_cannot_be_a_serial(text: str) -> None:
    assert read_serial(text) is None


def test_a_serial_needs_its_bytes() -> None:
    with pytest.raises(ValueError, match="4 bytes"):
        serial_of(b"four")


# --- statuses ---------------------------------------------------------------------------

LEGAL = {
    ("valid", "suspend"): "suspended",
    ("valid", "revoke"): "revoked",
    ("valid", "supersede"): "superseded",
    ("suspended", "reinstate"): "valid",
    ("suspended", "revoke"): "revoked",
    ("suspended", "supersede"): "superseded",
}


@pytest.mark.parametrize("verb", TRANSITIONS)
@pytest.mark.parametrize("status", RecordStatus)
def test_the_table_of_steps(status: RecordStatus, verb: str) -> None:
    if (status.value, verb) in LEGAL:
        assert move(status, verb).value == LEGAL[status.value, verb]
        return
    with pytest.raises(Refused) as error:
        move(status, verb)
    assert error.value.code == "illegal_transition"


def test_only_a_valid_record_expires_and_only_after_its_last_day() -> None:
    last, after = date(2026, 5, 1), date(2026, 5, 2)
    assert status_on(RecordStatus.VALID, last, last) is RecordStatus.VALID
    assert status_on(RecordStatus.VALID, last, after) is RecordStatus.EXPIRED
    assert status_on(RecordStatus.REVOKED, last, after) is RecordStatus.REVOKED
    assert status_on(RecordStatus.SUSPENDED, last, after) is RecordStatus.SUSPENDED


def test_reasons_are_checked_all_at_once() -> None:
    assert check_reason(ReasonCategory.APPEAL.value, "Upheld") == []
    assert [p.reason for p in check_reason("whim", "")] == ["unknown_category", "missing"]
    assert [p.reason for p in check_reason("appeal", "x" * 2001)] == ["too_long"]


# --- what deserves a record -------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "purpose", "is_released", "a", "deserved"),
    [
        (Mode.CERTIFICATION, Purpose.LIVE, True, 8, True),
        (Mode.CERTIFICATION, Purpose.LIVE, True, 7, False),
        (Mode.CERTIFICATION, Purpose.LIVE, False, 8, False),
        (Mode.CERTIFICATION, Purpose.PREVIEW, True, 8, False),
        (Mode.CERTIFICATION, Purpose.REHEARSAL, True, 8, False),
        (Mode.PRACTICE, Purpose.LIVE, True, 8, False),
    ],
)
def test_what_deserves_a_record(
    mode: Mode, purpose: Purpose, is_released: bool, a: int, deserved: bool
) -> None:
    assert deserves_record(mode, purpose, scored(a, 0), is_released=is_released) is deserved


# --- the payload ------------------------------------------------------------------------


def test_the_payload_in_full() -> None:
    assert compose(facts(scored(8, 7))) == {
        "payload_version": 1,
        "serial": "S",
        "statement": DISCLAIMER,
        "standing": "pilot",
        "standing_notice": PILOT_NOTICE,
        "sme_review": "pending",
        "learner": {"name": "Ada Example"},
        "framework": {"id": "small", "version": "1", "function": "Small"},
        "exam": {"id": "exam", "title": "Example exam"},
        "claim": "knowledge shown by examination",
        "decision": {
            "outcome": Decision.MET.value,
            "demonstrated": 1,
            "tasks": 2,
            "points": "15",
            "maximum": "16",
        },
        "rule": {
            "version": "1",
            "c": "7/10",
            "gamma": "9/10",
            "n_min": 8,
            "basis": "provisional: no standard-setting study",
            "cut": {
                "kind": "compensatory",
                "total": "3/4",
                "max_below": 1,
                "basis": "provisional: no standard-setting study",
            },
        },
        "competencies": [
            {
                "code": "1.0",
                "title": None,
                "points": "15",
                "maximum": "16",
                "n": 16,
                "tasks": [
                    {"code": "1.A", "text": "Do A.", "status": "demonstrated", "x": 8, "n": 8},
                    {"code": "1.B", "text": "Do B.", "status": "not_yet", "x": 7, "n": 8},
                ],
            }
        ],
        "evidence": [
            {
                "task": task,
                "exam": "exam",
                "form": "f" * 64,
                "blueprint": "b" * 64,
                "bank": "k" * 64,
                "taken_on": "2026-01-10",
                "x": x,
                "n": 8,
            }
            for task, x in (("1.A", 8), ("1.B", 7))
        ],
        "delivery": {"mode": "online", "proctoring": "none", "identity": "account"},
        "cycles": 1,
        "issuer": {"id": "issuer", "name": "Issuer"},
        "issuing_officer": "automatic",
        "issued_on": "2026-02-11",
        "expires_on": "2027-01-10",
        "supersedes": None,
    }


def test_an_operational_record_carries_no_pilot_notice() -> None:
    told = compose(facts(scored(8, 8), Standing.OPERATIONAL))
    assert (told["standing"], told["standing_notice"]) == ("operational", "")


def test_evidence_from_two_attempts_keeps_both_dates() -> None:
    told = compose(facts(scored(8, 7, later=8)))["evidence"]
    assert isinstance(told, list)
    assert [(e["task"], e["taken_on"], e["x"], e["n"]) for e in told] == [
        ("1.A", "2026-01-10", 8, 8),
        ("1.B", "2026-01-10", 7, 8),
        ("1.B", "2026-02-10", 8, 8),
    ]


def test_a_record_expires_with_the_oldest_evidence_of_a_demonstrated_task() -> None:
    assert expires_on(facts(scored(8, 7))) == date(2027, 1, 10)
    # Nothing of the first attempt is demonstrated by itself, but 1.B still rests on it.
    assert expires_on(facts(scored(0, 7, later=8))) == date(2027, 1, 10)


def test_no_float_and_no_time_of_day_in_a_payload() -> None:
    def walk(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for entry in value.values() for leaf in walk(entry)]
        if isinstance(value, list):
            return [leaf for entry in value for leaf in walk(entry)]
        return [value]

    found = walk(compose(facts(scored(8, 7, later=8))))
    assert {type(leaf) for leaf in found} == {str, int, type(None)}
    assert [
        leaf for leaf in found if isinstance(leaf, str) and ":" in leaf and "T" in leaf and "0" in leaf
    ] == []


def test_expected_false_entries_sum_over_demonstrated_tasks() -> None:
    told = scored(8, 7)
    assert expected_false_entries(told) == 1 - told.tasks[0].probability
    assert round(expected_false_entries(told), 6) == Fraction(40354, 1000000)


def test_a_record_stood_on_a_past_day_as_its_history_says() -> None:
    history = [
        (date(2026, 1, 5), RecordStatus.VALID),
        (date(2026, 2, 1), RecordStatus.SUSPENDED),
        (date(2026, 2, 1), RecordStatus.VALID),
        (date(2026, 3, 1), RecordStatus.REVOKED),
    ]
    days = [date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 1), date(2026, 2, 20), date(2026, 3, 1)]
    told = [status_as_of(history, date(2026, 2, 10), day) for day in days]
    assert told == [None, "valid", "valid", "expired", "revoked"]

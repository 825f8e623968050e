"""Aiken is strict: every line that stands where it should not is named."""

from __future__ import annotations

from quizapp.domain.item import read_item
from quizapp.integrations.item_formats.aiken import FORMAT
from quizapp.integrations.item_formats.drafts import NO_REASON
from tests.support.generated_items import GIVEN, PLAIN, SCENARIO, outgoing

SAMPLE = b"""\
Which wind moves a ship?
A. Any wind
B) 2*3 winds
C.\tNone
ANSWER: A

D?
A. x
C) y
ANSWER: B
A. lonely
B. z
ANSWER: A

Two
lines
A. x
B. y
Answer: A
Few
A. x
ANSWER: A
Unknown
A. x
B. y
ANSWER: D

Open
A. x
B. y
Last
"""


def test_what_stands_right_is_taken_and_the_rest_is_named() -> None:
    assert FORMAT.read is not None
    package = FORMAT.read(SAMPLE, GIVEN)
    assert [
        (e.place, e.name, [(p.field, p.value, p.reason) for p in e.problems]) for e in package.entries
    ] == [
        ("line 1", "Which wind moves a ship?", []),
        ("line 7", "D?", [("line 9", "C", "letter_order")]),
        ("line 11", "", [("line 11", "", "no_question")]),
        ("line 15", "Two", [("line 16", "lines", "no_options"), ("line 19", "Answer: A", "no_answer_line")]),
        ("line 20", "Few", [("line 22", "1", "too_few_options")]),
        ("line 23", "Unknown", [("line 26", "D", "unknown_letter")]),
        ("line 28", "Open", [("line 31", "Last", "no_answer_line")]),
        ("line 31", "Last", [("line 31", "", "no_options")]),
    ]
    wind = package.entries[0]
    assert [change.reason for change in wind.changes] == ["no_reason"]
    assert wind.source is not None
    assert read_item(wind.source)[1] == []
    assert wind.source["options"] == [
        {"id": "a", "text": "Any wind", "key": True, "rationale": NO_REASON},
        {"id": "b", "text": "2\\*3 winds", "rationale": NO_REASON},
        {"id": "c", "text": "None", "rationale": NO_REASON},
    ]
    assert package.entries[3].original == {"text": "Two\nlines\nA. x\nB. y\nAnswer: A"}


def test_what_is_written_is_plain() -> None:
    source = {
        **PLAIN[0],
        "stem": "What is *this*?\n\nLook:\n\n- ![a](media/a.png) here",
        "stimulus": SCENARIO.id,
    }
    items = [
        item for entry in (source, {**PLAIN[0], "id": "bad", "stem": "A. b"}) if (item := read_item(entry)[0])
    ]
    assert FORMAT.write is not None
    assert b"".join(FORMAT.write(outgoing(items))).decode() == (
        "The wind turns. north east What is this? Look: here\n"
        "A. Text b\nB. Text d\nC. Text c\nD. Text a\nANSWER: D\n\n"
    )
    assert [(p.place, p.field, p.reason) for p in FORMAT.losses(outgoing(items))] == [
        ("", "file", "left_out"),
        ("one", "stem", "markup_dropped"),
        ("one", "stimulus", "scenario_merged"),
        ("bad", "stem", "left_out"),
    ]

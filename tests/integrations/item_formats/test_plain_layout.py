"""The plain layout of word processors, as pasted text: what begins what, and what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quizapp.domain.exchange import Entry, Package
from quizapp.domain.item import read_item
from quizapp.integrations.item_formats.drafts import NO_REASON
from quizapp.integrations.item_formats.pasted import FORMAT
from tests.support.generated_items import GIVEN

SAMPLE = Path(__file__).parent / "samples" / "questions.txt"
TAKEN = 7


@pytest.fixture(scope="module")
def package() -> Package:
    assert FORMAT.read is not None
    return FORMAT.read(SAMPLE.read_bytes(), GIVEN)


def source(entry: Entry) -> dict[str, Any]:
    assert entry.source is not None
    assert read_item(entry.source)[1] == []
    return dict(entry.source)


def test_questions_begin_with_numbers_headings_and_empty_lines(package: Package) -> None:
    assert [(entry.place, entry.name) for entry in package.entries] == [
        ("line 3", "Which wind moves a ship?"),
        ("line 27", "Which papers does the crew show?"),
        ("line 34", "Tides turn."),
        ("line 38", "How long is a nautical mile?"),
        ("line 43", "What is left on a ship?"),
        ("line 50", "Leaving"),
        ("line 57", "Match the sides."),
        ("line 65", "Broken"),
        ("line 69", "No answer"),
        ("line 72", "No arrow"),
        ("line 76", "Not known"),
        ("line 78", "Twice"),
    ]


def test_a_choice_with_everything_said(package: Package) -> None:
    assert source(package.entries[0]) == {
        "id": "wind-1",
        "type": "single_choice",
        "tasks": ["1.A"],
        "level": "apply",
        "difficulty": 62,
        "pool": "secure",
        "author": "Author A",
        "reviewer": "Reviewer B",
        "lock_order": True,
        "sources": [
            {
                "authority": "Port law",
                "section": "section 4; article 2",
                "as_of": "2026-11",
                "review_by": "2027-11",
            }
        ],
        "stem": ("Which wind moves a ship?\nIt may be \\*any\\*.\n\nLook at:\n\n- the flag\n- the water"),
        "rationale": "Wind has\na direction.",
        "options": [
            {"id": "a", "text": "A south wind", "rationale": "One of many."},
            {"id": "b", "text": "No wind,\nnone at all", "rationale": NO_REASON},
            {"id": "c", "text": "Any wind", "rationale": "They all push.", "key": True},
        ],
    }
    assert [change.reason for change in package.entries[0].changes] == ["no_reason"]


def test_the_other_types_follow_from_answer_and_options(package: Package) -> None:
    papers, tides, mile, left, leaving, sides = (source(entry) for entry in package.entries[1:TAKEN])
    assert (papers["type"], papers["tasks"]) == ("multiple_response", ["1.B", "1.A"])
    assert [row["text"] for row in papers["options"] if row.get("key")] == ["Crew list", "Manifest"]
    assert tides["options"] == [
        {"id": "true", "rationale": "Twice a day.", "key": True},
        {"id": "false", "rationale": "Look at the pier."},
    ]
    assert mile["answer"] == {"value": "1.852", "tolerance": "0.001", "unit": "km", "rationale": NO_REASON}
    assert left["answers"] == [{"text": "port"}, {"text": "larboard"}, {"text": "port side"}]
    assert (left["case_sensitive"], left["rationale"]) == (True, "An old word.")
    assert (leaving["type"], leaving["scoring"]) == ("ordering", "adjacent_pairs")
    assert [row["text"] for row in leaving["options"]] == ["Start the engine", "Cast off", "Steer"]
    texts = {row["id"]: row["text"] for row in sides["options"]}
    assert [(row["text"], texts[row["match"]], row["rationale"]) for row in sides["prompts"]] == [
        ("port", "red", "It is."),
        ("starboard", "green", NO_REASON),
    ]
    assert sorted(texts.values()) == ["blue", "green", "red", "white"]
    assert (tides["tasks"], leaving["tasks"]) == (["1.A"], ["1.A"])


def test_what_is_wrong_is_named(package: Package) -> None:
    assert [[(p.field, p.value, p.reason) for p in entry.problems] for entry in package.entries[TAKEN:]] == [
        [("line 67", "C", "letter_order"), ("answer", "D", "unknown_letter")],
        [("answer", "", "no_answer")],
        [("A", "x", "no_arrow")],
        [("type", "matrix", "unknown_type")],
        [
            ("level", "remember", "field_twice"),
            ("answer", "A", "field_twice"),
            ("answer.value", "much", "not_a_number"),
            ("answer.tolerance", "little", "not_a_number"),
        ],
    ]
    assert package.entries[TAKEN + 1].original == {"text": "9. No answer\nA) x\nB) y"}


def test_an_essay_has_its_rubric_in_lines() -> None:
    assert FORMAT.read is not None
    text = """1. Why is it put off?
Type: essay
Words: 20-200
Criterion: The reason; 0 = none; 2 = one that can be acted on
Criterion: The tone; 0 = it offends; 1 = it invites

2. And then?
Type: essay

3. So?
Type: essay
Words: few
Criterion: All; none"""
    full, bare, wrong = FORMAT.read(text.encode(), GIVEN).entries
    assert (source(full)["words"], source(full)["criteria"]) == (
        {"least": "20", "most": "200"},
        [
            {
                "id": "a",
                "text": "The reason",
                "levels": [
                    {"points": "0", "text": "none"},
                    {"points": "2", "text": "one that can be acted on"},
                ],
            },
            {
                "id": "b",
                "text": "The tone",
                "levels": [{"points": "0", "text": "it offends"}, {"points": "1", "text": "it invites"}],
            },
        ],
    )
    assert [[change.reason for change in entry.changes] for entry in (full, bare)] == [[], ["rubric_made"]]
    assert [(p.field, p.value, p.reason) for p in wrong.problems] == [
        ("criterion", "none", "bad_level"),
        ("words", "few", "bad_words"),
    ]


def test_what_stands_above_the_first_question_is_told() -> None:
    assert FORMAT.read is not None
    text = "Harbour quiz\nFor beginners\n\n1. Which?\nA) a\nB) b\nAnswer: A\nRationale A: x\nRationale B: y"
    (entry,) = FORMAT.read(text.encode(), GIVEN).entries
    assert (entry.place, entry.name) == ("line 4", "Which?")
    assert [(change.reason, change.value) for change in entry.changes] == [
        ("preamble_dropped", "Harbour quiz")
    ]


@pytest.mark.parametrize(
    ("text", "stem", "options"),
    [
        ("**No markup**\n\n# or heading", "\\*\\*No markup\\*\\*", 0),
        ("Stem\nI) think\nA) a\nB) b\nAnswer: A", "Stem\nI) think", 2),
        ("1. Stem\n2. is a list\nA) a\nB) b\nAnswer: A", "Stem\n2\\. is a list", 2),
        ("Note: no field\nA. a\nB. b\nKey: (b).", "Note: no field", 2),
    ],
)
def test_a_line_is_what_it_is_in_its_place(text: str, stem: str, options: int) -> None:
    assert FORMAT.read is not None
    entry = FORMAT.read(text.encode(), GIVEN).entries[0]
    assert entry.source is not None
    rows: Any = entry.source.get("options", ())
    assert (entry.source["stem"], len(rows)) == (stem, options)

"""GIFT as people type it: every sign of its grammar, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quizapp.domain.exchange import Entry, Fidelity, Package
from quizapp.domain.item import read_item
from quizapp.integrations.item_formats.drafts import NO_REASON
from quizapp.integrations.item_formats.gift import FORMAT
from tests.support.generated_items import GIVEN, PLAIN, outgoing

SAMPLE = Path(__file__).parent / "samples" / "questions.gift.txt"


@pytest.fixture(scope="module")
def package() -> Package:
    assert FORMAT.read is not None
    return FORMAT.read(SAMPLE.read_bytes(), GIVEN)


def texts(entry: Entry) -> list[tuple[str, bool, str]]:
    """Text, whether it is a key, and reason of every option."""
    assert entry.source is not None
    rows: Any = entry.source["options"]
    return [(row.get("text", row["id"]), bool(row.get("key")), row["rationale"]) for row in rows]


def reasons(entry: Entry) -> list[str]:
    return [problem.reason for problem in (*entry.changes, *entry.problems)]


def test_every_question_is_told_of(package: Package) -> None:
    told = [(entry.place, entry.source and entry.source["type"], reasons(entry)) for entry in package.entries]
    assert told == [
        ("line 4", "single_choice", ["partial_credit_dropped", "id_made"]),
        ("line 12", "multiple_response", []),
        ("line 14", "single_choice", ["no_reason"]),
        ("line 17", "true_false", []),
        ("line 19", "true_false", ["no_reason"]),
        ("line 21", "short_text", ["answers_dropped", "feedback_dropped", "wildcard_dropped"]),
        ("line 23", "numeric", []),
        ("line 25", "numeric", ["answers_dropped", "feedback_dropped", "feedback_dropped"]),
        ("line 31", "numeric", ["no_reason"]),
        ("line 33", "matching", ["no_reason"]),
        ("line 40", "multiple_response", ["weights_changed"]),
        ("line 42", "essay", ["rubric_made"]),
        ("line 46", None, ["unbalanced_braces"]),
        ("line 48", None, ["too_few_answers"]),
        ("line 50", None, ["no_arrow"]),
        ("line 52", "numeric", ["no_reason", "not_a_number"]),
        ("line 54", None, ["unbalanced_braces"]),
    ]
    taken = [entry.source for entry in package.entries if entry.fidelity is not Fidelity.REFUSED]
    assert [problems for source in taken if source for problems in read_item(source)[1]] == []


def test_a_choice_with_every_sign(package: Package) -> None:
    wind, papers, moored = package.entries[:3]
    assert (wind.name, wind.source and wind.source["tasks"]) == ("Wind : one", ["1.A"])
    assert wind.source is not None
    assert (wind.source["stem"], wind.source["rationale"]) == ("Which wind **moves** a ship?", "*General*")
    assert wind.source["level"] == "apply"
    assert texts(wind) == [
        ("Any wind", True, "They *all* push."),
        ("The south wind", False, "Only a part."),
        ("2\\*3=6 {no}", False, "Wrong\nquite"),
    ]
    assert texts(papers) == [("Crew list", True, "a"), ("Manifest", True, "b"), ("Menu", False, "c")]
    assert papers.source is not None
    assert (papers.source["scoring"], papers.source["tasks"]) == ("right_minus_wrong", ["1.B"])
    assert moored.source is not None
    assert moored.source["stem"] == "A ship is moored with _____ at its pier."
    assert [text for text, is_key, _ in texts(moored) if is_key] == ["ropes"]


def test_answers_that_are_typed_or_matched(package: Package) -> None:
    tides, sweet, left = package.entries[3:6]
    assert texts(tides) == [("true", True, "Twice a day."), ("false", False, "Look at the pier.")]
    assert texts(sweet) == [("true", False, NO_REASON), ("false", True, NO_REASON)]
    assert left.source is not None
    assert left.source["answers"] == [{"text": "port"}, {"text": "port*"}]
    assert left.source["rationale"] == "Right."
    assert [entry.source and entry.source["answer"] for entry in package.entries[6:9]] == [
        {"value": "1822", "tolerance": "5", "rationale": "About then."},
        {"value": "2", "tolerance": "0.5", "rationale": "Right."},
        {"value": "3.14159", "rationale": NO_REASON},
    ]
    lights: Any = package.entries[9].source
    offered = {row["id"]: row["text"] for row in lights["options"]}
    assert [(row["text"], offered[row["match"]]) for row in lights["prompts"]] == [
        ("port", "red"),
        ("starboard", "green = go"),
    ]
    assert (sorted(offered.values()), lights["rationale"]) == (["green = go", "red", "white"], "Lights.")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("#1822:5", {"value": "1822", "tolerance": "5"}),
        ("#1.5..2.5", {"value": "2", "tolerance": "0.5"}),
        ("#-3..-1", {"value": "-2", "tolerance": "1"}),
        ("#=%100%1e3:.5 =%50%7", {"value": "1000", "tolerance": "0.5"}),
        ("# =0.1:0", {"value": "0.1", "tolerance": "0"}),
    ],
)
def test_numbers_have_ranges_and_tolerances(answers: str, expected: dict[str, str]) -> None:
    assert FORMAT.read is not None
    (entry,) = FORMAT.read(f"N {{{answers}}}".encode(), GIVEN).entries
    assert entry.source is not None
    told: Any = entry.source["answer"]
    assert {name: value for name, value in told.items() if name != "rationale"} == expected


def test_a_text_without_answers_is_a_scenario(package: Package) -> None:
    assert [(scenario.title, scenario.text) for scenario in package.stimuli] == [
        ("Storm", "The *wind* rises.")
    ]
    assert [(note.place, note.reason) for note in package.notes] == [("line 44", "scenario_made")]


def test_what_is_written_reads_like_gift() -> None:
    source = {
        **PLAIN[0],
        "stem": "Is 1:2 = {half}?\n",
        "rationale": "So # it ~ is.",
        "options": [
            {"id": "a", "text": "%50% yes", "rationale": "[html] no"},
            {"id": "b", "text": "[html]", "key": True, "rationale": "r"},
            {"id": "c", "text": "C:\\new", "rationale": "r"},
        ],
    }
    item = read_item(source)[0]
    assert item is not None
    assert FORMAT.write is not None
    written = b"".join(FORMAT.write(outgoing([item]))).decode().split("\n")
    assert written[:3] == [
        "$CATEGORY: $course$/top/Odd // even bank/1.A Do A//B.",
        "",
        "// [id:one] [tag:task:1.A] [tag:pool:practice] [tag:level:apply] [tag:difficulty:50]"
        " [tag:status:draft]",
    ]
    assert written[3].startswith('// quizapp: {"sources": [{"authority": "A law", "section": "§ 4 [a]"')
    assert written[4:] == [
        "::one::[markdown]Is 1\\:2 \\= \\{half\\}?\\n{",
        "\t~%0%%50% yes#[markdown][html] no",
        "\t=[markdown][html]#r",
        "\t~C\\:\\\\new#r",
        "\t####So \\# it \\~ is.",
        "}",
        "",
        "",
    ]

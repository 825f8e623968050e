"""Moodle XML as Moodle writes it: what arrives, what is changed, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from quizapp.domain.exchange import Entry, Fidelity, Package, Picture
from quizapp.domain.item import read_item
from quizapp.domain.item_bank import Stimulus
from quizapp.integrations.item_formats.drafts import NO_REASON
from quizapp.integrations.item_formats.moodle_xml import FORMAT
from quizapp.integrations.item_formats.rubrics import NO_LEVEL
from tests.support.generated_items import GIVEN, PLAIN, as_items, outgoing

SAMPLE = Path(__file__).parent / "samples" / "moodle.xml"


@pytest.fixture(scope="module")
def package() -> Package:
    assert FORMAT.read is not None
    return FORMAT.read(SAMPLE.read_bytes(), GIVEN)


def body(entry: Entry) -> dict[str, Any]:
    """What the entry says beyond the facts the importer told."""
    assert entry.source is not None
    usual = GIVEN.fields.items()
    return {
        name: value for name, value in entry.source.items() if (name, value) not in usual and name != "id"
    }


def told(entry: Entry) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    return [(p.field, p.reason) for p in entry.changes], [(p.field, p.reason) for p in entry.problems]


def test_every_question_is_told_of(package: Package) -> None:
    assert [(entry.place, entry.name, entry.fidelity) for entry in package.entries] == [
        ("question 1", "Wind", Fidelity.CHANGED),
        ("question 2", "Papers", Fidelity.CHANGED),
        ("question 3", "One of many", Fidelity.CHANGED),
        ("question 4", "Tides", Fidelity.AS_IS),
        ("question 5", "Left", Fidelity.CHANGED),
        ("question 6", "Knot", Fidelity.CHANGED),
        ("question 7", "Sides", Fidelity.CHANGED),
        ("question 8", "Leaving", Fidelity.CHANGED),
        ("question 10", "Long sums", Fidelity.REFUSED),
        ("question 11", "No key, broken picture", Fidelity.REFUSED),
        ("question 12", "Long words", Fidelity.CHANGED),
        ("question 13", "Lights", Fidelity.CHANGED),
        ("question 14", "Say which side is which", Fidelity.CHANGED),
        ("question 15", "Chosen", Fidelity.CHANGED),
        ("question 16", "Typed", Fidelity.CHANGED),
        ("question 17", "Both ways", Fidelity.REFUSED),
        ("question 18", "A number", Fidelity.REFUSED),
        ("question 19", "Loads", Fidelity.AS_IS),
        ("question 20", "Waves", Fidelity.REFUSED),
    ]
    taken = [entry.source for entry in package.entries if entry.fidelity is not Fidelity.REFUSED]
    assert [problems for source in taken if source for problems in read_item(source)[1]] == []


def test_a_single_choice_with_all_its_trappings(package: Package) -> None:
    entry = package.entries[0]
    assert entry.source is not None
    assert entry.source["id"] == "wind-1"
    assert body(entry) == {
        "type": "single_choice",
        "tasks": ["1.A", "1.B"],
        "level": "apply",
        "stem": "Which wind **moves** a ship?\n\n![A red dot](media/red-dot.png)",
        "rationale": "Wind has a direction.",
        "lock_order": True,
        "options": [
            {"id": "a", "text": "Any wind", "rationale": "They all *push*.", "key": True},
            {"id": "b", "text": "The \\*south\\* wind", "rationale": "Not *only* this one."},
            {"id": "c", "text": "No wind\\\nat all", "rationale": NO_REASON},
        ],
    }
    assert told(entry) == (
        [
            ("tags", "tag_dropped"),
            ("stem", "file_dropped"),
            ("options", "partial_credit_dropped"),
            ("defaultgrade", "grade_dropped"),
            ("penalty", "penalty_dropped"),
            ("correctfeedback", "feedback_dropped"),
            ("hint", "hints_dropped"),
            ("rationale", "no_reason"),
        ],
        [],
    )
    (picture,) = package.pictures
    assert (picture.name, picture.media_type, picture.data[:4]) == ("red-dot.png", "image/png", b"\x89PNG")


def test_weights_of_multiple_responses(package: Package) -> None:
    papers, odd = package.entries[1:3]
    assert (body(papers)["type"], body(papers)["scoring"]) == ("multiple_response", "right_minus_wrong")
    assert body(papers)["stem"] == "Which papers?\\\nChoose two."
    assert told(papers) == ([("id", "id_made")], [])
    assert str(papers.source and papers.source["id"]).startswith("not-an-id-")
    assert told(odd) == ([("scoring", "weights_changed")], [])


def test_answers_that_are_typed(package: Package) -> None:
    tides, left, knot = package.entries[3:6]
    assert body(tides)["options"] == [
        {"id": "true", "rationale": "Twice a day.", "key": True},
        {"id": "false", "rationale": "Look at the pier."},
    ]
    assert body(left) == {
        "type": "short_text",
        "stem": "What is left on a ship?",
        "answers": [{"text": "port"}, {"text": "port *side*"}],
        "case_sensitive": True,
        "rationale": "An old word.\n\nRight.",
    }
    assert told(left)[0] == [
        ("answers", "wildcard_dropped"),
        ("answers", "answers_dropped"),
        ("answers", "feedback_dropped"),
    ]
    assert body(knot)["answer"] == {
        "value": "1852",
        "tolerance": "0.5",
        "unit": "m/h",
        "rationale": "A nautical mile.",
    }
    assert told(knot)[0] == [
        ("answers", "feedback_dropped"),
        ("answer.unit", "units_dropped"),
        ("answer.unit", "marked_differently"),
    ]


def test_rows_do_not_give_the_key_away(package: Package) -> None:
    sides, leaving = (body(entry) for entry in package.entries[6:8])
    texts = {row["id"]: row["text"] for row in sides["options"]}
    assert [(row["text"], texts[row["match"]]) for row in sides["prompts"]] == [
        ("port", "red & left"),
        ("starboard", "green"),
    ]
    assert (sorted(texts.values()), sides["scoring"]) == (["green", "red & left", "white"], "per_pair")
    assert [row["text"] for row in leaving["options"]] == ["Start the engine", "Cast off", "Steer"]
    ids = [row["id"] for row in leaving["options"]]
    assert ids != sorted(ids)
    assert told(package.entries[7])[0] == [("scoring", "marked_differently"), ("rationale", "no_reason")]


def test_what_cannot_come_is_refused_by_name(package: Package) -> None:
    stack, broken = package.entries[8:10]
    assert (stack.source, told(stack)[1]) == (None, [("type", "no_such_type")])
    assert stack.problems[0].value == "stack"
    assert stack.original["xml"].startswith('<question type="stack">')
    assert told(broken)[1] == [
        ("stem", "bad_picture_data"),
        ("answer 1", "bad_weights"),
        ("options", "bad_weights"),
    ]
    assert 'encoding="base64"/>' in broken.original["xml"]


def test_an_essay_gets_a_rubric_of_what_markers_are_told(package: Package) -> None:
    essay = body(package.entries[10])
    assert essay == {
        "type": "essay",
        "stem": "Discuss.",
        "words": {"least": "50"},
        "criteria": [
            {
                "id": "answer",
                "text": "Names **both** winds.",
                "levels": [{"points": "0", "text": NO_LEVEL}, {"points": "4", "text": NO_LEVEL}],
            }
        ],
    }
    assert told(package.entries[10])[0] == [("criteria", "rubric_made")]


def drop_down(name: str, *texts: str) -> dict[str, Any]:
    """A gap with options; a star marks the right ones."""
    rows: list[dict[str, Any]] = [
        {"id": told, "text": text.strip("*")} | ({"key": True} if text.startswith("*") else {})
        for told, text in zip("abcd", texts, strict=False)
    ]
    return {"id": name, "options": rows, "rationale": NO_REASON}


def test_gaps_are_chosen_dragged_or_typed(package: Package) -> None:
    lights, sides, chosen, typed = (body(entry) for entry in package.entries[11:15])
    assert lights == {
        "type": "dropdown_cloze",
        "stem": "Complete it.",
        "text": "Port is [[g1]], & starboard\nis [[g2]].",
        "gaps": [drop_down("g1", "white", "*red"), drop_down("g2", "*green", "amber")],
        "scoring": "per_gap",
        "lock_order": True,
    }
    words = [("g1", ["port"]), ("g2", ["starboard"])]
    assert sides == {
        "type": "gap_text",
        "stem": "Say which side is which",
        "text": "Red is [[g1]], green is [[g2]].",
        "gaps": [
            {"id": name, "answers": [{"text": text} for text in texts], "rationale": NO_REASON}
            for name, texts in words
        ],
        "distractors": [{"text": "aft"}],
        "scoring": "per_gap",
    }
    assert chosen["text"] == "Wind [[g1]] moves [[g2]]."
    assert chosen["gaps"] == [
        drop_down("g1", "never", "*always", "often"),
        drop_down("g2", "*all ships", "no } ship"),
    ]
    assert (typed["text"], typed["case_sensitive"]) == ("[[g1]] or [[g2]].", True)
    assert [gap["answers"] for gap in typed["gaps"]] == [
        [{"text": "A~B"}, {"text": "C & D"}],
        [{"text": "x"}],
    ]
    assert [told(entry)[0] for entry in package.entries[11:15]] == [
        [("rationale", "no_reason")],
        [("stem", "stem_from_title"), ("distractors", "words_reusable"), ("rationale", "no_reason")],
        [("answers", "partial_credit_dropped"), ("rationale", "no_reason")],
        [("answers", "wildcard_dropped"), ("rationale", "no_reason")],
    ]
    assert [(told(entry)[1], entry.problems[0].value) for entry in package.entries[15:17]] == [
        ([("type", "several_kinds")], "cloze"),
        ([("type", "no_such_type")], "cloze: NUMERICAL"),
    ]


def test_a_calculated_question_keeps_its_ranges_and_its_formula(package: Package) -> None:
    loads, waves = package.entries[17:]
    assert body(loads) == {
        "type": "parametrised_numeric",
        "stem": "A crane lifts {load} t in {n} moves?",
        "parameters": [
            {"name": "load", "from": "1.5", "to": "3", "step": "0.1"},
            {"name": "n", "from": "1", "to": "10", "step": "1"},
        ],
        "answer": {"expression": "((load) ^ (2)) * n", "tolerance": "0.5", "rationale": "Squared."},
    }
    assert told(waves) == ([], [("answer.expression", "formula_unknown")])


def test_a_description_is_a_scenario_and_a_category_a_task(package: Package) -> None:
    (scenario,) = package.stimuli
    assert (scenario.title, scenario.text) == ("A storm", "The wind rises.")
    assert [(note.place, note.reason) for note in package.notes] == [("question 9", "scenario_made")]
    assert [entry.source and entry.source["tasks"] for entry in package.entries[3:5]] == [["1.B"], ["1.B"]]


def test_reading_again_gives_the_same_ids(package: Package) -> None:
    assert FORMAT.read is not None
    again = FORMAT.read(SAMPLE.read_bytes(), GIVEN)
    assert [entry.source and entry.source["id"] for entry in again.entries] == [
        entry.source and entry.source["id"] for entry in package.entries
    ]


def test_pictures_and_scenarios_travel_inside_the_question() -> None:
    item = read_item({**PLAIN[0], "stem": "See ![a dot](media/dot.png).\n", "stimulus": "storm-1"})[0]
    assert item is not None
    picture = Picture("dot.png", "image/png", b"\x89PNG\r\n\x1a\n...")
    wanted = replace(outgoing([item]), pictures=(picture,), stimuli=(Stimulus("storm-1", "Storm", "Wind."),))
    assert FORMAT.write is not None
    assert FORMAT.read is not None
    data = b"".join(FORMAT.write(wanted))
    questions = etree.fromstring(data).findall("question")
    assert [question.get("type") for question in questions] == [
        "category", "description", "category", "multichoice"
    ]  # fmt: skip
    assert questions[2].findtext("category/text") == "$course$/top/Odd // even bank/1.A Do A//B."
    shown = questions[3].findtext("questiontext/text")
    assert shown == (
        "<p>Wind.</p>\n\n<!-- quizapp: end of scenario -->\n\n"
        '<p>See <img src="@@PLUGINFILE@@/dot.png" alt="a dot" />.</p>\n'
    )
    package = FORMAT.read(data, GIVEN)
    assert (as_items(package), package.pictures) == ([item], (picture,))


def test_our_own_line_is_not_trusted() -> None:
    item = read_item(PLAIN[0])[0]
    assert item is not None
    assert FORMAT.write is not None
    assert FORMAT.read is not None
    data = b"".join(FORMAT.write(outgoing([item])))
    for broken in (b"<quizapp>{{", b"<quizapp>[1]{", b"<quizapp>" + b"[" * 90_000):
        (entry,) = FORMAT.read(data.replace(b"<quizapp>{", broken), GIVEN).entries
        assert [change.reason for change in entry.changes] == ["bad_extra"]
        assert entry.source is not None
        assert [row["id"] for row in entry.source["options"]] == ["a", "b", "c", "d"]

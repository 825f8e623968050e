"""What becomes of the items of a file: nothing wrong, nothing twice, nothing better than a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Fidelity
from quizapp.domain.item import ItemStatus, ItemVersion, digest, read_item
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.item_import import Draft, KnownBank, KnownItem, Outcome, judge, read
from tests.support.inventions import item

STORM = Stimulus("storm", "A storm", "The wind is rising.")


def draft(source: dict[str, Any] | None, number: int = 1, **entry: Any) -> Draft:
    return read(Entry(f"row {number}", "", source, **entry), "Ann Importer")


def known(source: dict[str, Any], stimulus: Stimulus | None = None) -> KnownItem:
    told, problems = read_item(source)
    assert told, problems
    return KnownItem(told, digest(told, stimulus.digest if stimulus else ""))


def bank(*items: KnownItem, **facts: Any) -> KnownBank:
    return KnownBank(("A.1", "B.1"), {told.item.id: told for told in items}, **facts)


def outcomes(drafts: list[Draft], into: KnownBank, stimuli: Any = ()) -> list[tuple[str, list[str]]]:
    lines = judge(drafts, into, stimuli)
    return [(line.outcome.value, [problem.reason for problem in line.problems]) for line in lines]


def test_who_wrote_it_and_what_it_is_called() -> None:
    whole = draft(item("a1", status="approved")).item
    assert whole is not None
    assert (whole.author, whole.reviewer, whole.status) == ("Author A", None, ItemStatus.DRAFT)
    bare = {name: value for name, value in item("a1").items() if name not in ("id", "author")}
    made = draft(bare).item
    assert made is not None
    assert (made.author, made) == ("Ann Importer", draft(dict(bare)).item)
    kept = read(Entry("row 1", "", item("a1")), "Ann Importer", keeps_status=True).item
    assert kept is not None
    assert (kept.reviewer, kept.status) == ("Reviewer B", ItemStatus.APPROVED)


def test_new_revised_unchanged_duplicate_and_refused() -> None:
    into = bank(known(item("old")), known(item("other", stem="Another question?")))
    drafts = [
        draft(item("fresh", "numeric")),
        draft(item("old", stem="In other words?")),
        draft(item("old", reviewer=None, author="Somebody else")),
        draft(item("copy", stem="Another question?", task="B.1")),
        draft(item("again", "numeric")),
        draft(None, problems=(Problem("line", "", "not_json"),)),
        draft(item("bad", difficulty=101, task="Z.9")),
    ]
    told = [
        outcomes([one], into)[0] if number != 4 else outcomes([drafts[0], one], into)[1]
        for number, one in enumerate(drafts)
    ]
    assert told == [
        ("new", []),
        ("revised", []),
        ("unchanged", []),
        ("duplicate", ["duplicate_item"]),
        ("duplicate", ["duplicate_item"]),
        ("refused", ["not_json"]),
        ("refused", ["out_of_range", "unknown_code"]),
    ]


def test_what_contradicts_the_bank_or_the_file() -> None:
    practised = known(item("p1", pool="practice"))
    scene = known(item("s1", stimulus="storm"), STORM)
    into = bank(practised, scene, stimuli={"storm": STORM}, pictures={"a.png"})
    calm = replace(STORM, text="The wind has gone.")
    assert outcomes([draft(item("p1"))], into) == [("refused", ["practised_item"])]
    assert outcomes([draft(item("n1")), draft(item("n1", stem="Other?"))], into) == [
        ("refused", ["duplicate_id"]),
        ("refused", ["duplicate_id"]),
    ]
    assert outcomes([draft(item("n1", enemies=["p1", "none"]))], into) == [("refused", ["unknown_item"])]
    assert outcomes([draft(item("n1", stimulus="fog"))], into) == [("refused", ["unknown_stimulus"])]
    assert outcomes([draft(item("n1", stimulus="storm", pool="practice"))], into) == [
        ("refused", ["pools_mixed"])
    ]
    # A scenario in other words is another scenario, unless every item on it comes along.
    assert outcomes([draft(item("n1", stimulus="storm"))], into, [calm]) == [("refused", ["other_scenario"])]
    both = [draft(item("n1", stimulus="storm", stem="New?")), draft(item("s1", stimulus="storm"))]
    assert outcomes(both, into, [calm]) == [("new", []), ("revised", [])]
    assert outcomes([draft(item("s1", stimulus="storm"))], into, [STORM]) == [("unchanged", [])]
    shown = [draft(item("n1", stem="![a](media/a.png)")), draft(item("n2", stem="![b](media/b.png)"))]
    assert outcomes(shown, into) == [("new", []), ("refused", ["no_such_picture"])]


def test_a_line_tells_how_its_entry_arrived() -> None:
    change = (Problem("options", "", "weights_changed"),)
    lines = judge(
        [
            draft(item("a1"), 1),
            draft(item("b1", stem="Other?"), 2, changes=change),
            draft(None, 3, original={"stem": "?"}, problems=change),
        ],
        bank(),
    )
    assert [(line.place, line.fidelity, line.name, dict(line.original)) for line in lines] == [
        ("row 1", Fidelity.AS_IS, "a1", {}),
        ("row 2", Fidelity.CHANGED, "b1", {}),
        ("row 3", Fidelity.REFUSED, "", {"stem": "?"}),
    ]
    assert [isinstance(line.item, ItemVersion) for line in lines] == [True, True, False]
    assert lines[0].outcome is Outcome.NEW

"""Many items in one table: drafts for all of them, or for none; what somebody else did is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item_grid import MOST_ROWS
from quizapp.services import item_drafts, item_grid, item_reviews, item_upkeep
from quizapp.services.item_grid import Change, Sent
from quizapp.services.unit_of_work import Context
from tests.support.drafts import BANK, Desk
from tests.support.inventions import item
from tests.support.people import TESTS

NAMES = [f"h-{number}" for number in range(1, 5)]


@pytest.fixture
def desk(context: Context, tmp_path: Path) -> Desk:
    more = [item("h-2"), item("h-3", "numeric"), item("h-4", "essay")]
    return Desk(context, tmp_path / "bank", *more)


def rows(desk: Desk) -> dict[str, item_grid.GridRow]:
    told = item_grid.grid(desk.context, desk.ann, BANK, [*NAMES[::-1], "h-9", "h-1"])
    assert [row.item_id for row in told.rows] == NAMES[::-1]
    return {row.item_id: row for row in told.rows}


def sent(desk: Desk, **changes: Mapping[str, str]) -> dict[str, Sent]:
    """Rows as they stand, with some cells written in."""
    told = rows(desk)
    names = {name.replace("_", "-"): cells for name, cells in changes.items()}
    return {name: Sent(told[name].base, {**told[name].cells, **cells}) for name, cells in names.items()}


def reasons(error: Any) -> list[tuple[str, str, str]]:
    return [(problem.place, problem.field, problem.reason) for problem in error.value.problems]


def test_a_table_becomes_drafts_of_what_changed(desk: Desk) -> None:
    do = (desk.context, desk.ann, BANK)
    assert [sorted(row.cells) for row in rows(desk).values()] == [
        ["difficulty", "level", "rationale", "stem", "tasks"],
        ["difficulty", "level", "stem", "tasks"],
        *[["difficulty", "level", "rationale", "stem", "tasks"]] * 2,
    ]
    told = sent(
        desk,
        h_1={"difficulty": " 45 %", "tasks": "b.1 , A.1", "stem": "Which\r\nquay?"},
        h_2={"stem": rows(desk)["h-2"].cells["stem"] + "  \r\n"},
        h_4={"rationale": "So it is."},
    )
    plan = item_grid.plan(*do, told)
    before = rows(desk)["h-1"].cells
    assert (plan.problems, list(plan.changes)) == ({}, ["h-1", "h-4"])
    assert plan.changes["h-1"] == (
        Change("h-1", "stem", before["stem"], "Which\nquay?"),
        Change("h-1", "tasks", "A.1", "B.1, A.1"),
        Change("h-1", "difficulty", before["difficulty"], "45"),
    )
    assert item_grid.apply(*do, told) == 2
    after = rows(desk)
    assert [after[name].is_draft for name in NAMES] == [True, False, False, True]
    draft_id = item_drafts.edit(*do, "h-1")
    view = desk.view(draft_id)
    assert (view.form["difficulty"], view.form["tasks"], view.is_own) == (45, ["B.1", "A.1"], True)
    assert desk.verbs(draft_id) == ["draft", "revise"]
    item_drafts.undo(desk.context, desk.ann, draft_id)
    assert rows(desk)["h-1"].cells == before
    assert item_grid.apply(*do, sent(desk, h_1={"level": "analyse"})) == 1
    assert desk.view(draft_id).form["level"] == "analyse"


def test_one_bad_cell_and_nothing_is_written(desk: Desk) -> None:
    do = (desk.context, desk.ann, BANK)
    told = sent(
        desk,
        h_1={"stem": " ", "difficulty": "many", "level": "guess", "tasks": "A.1, Z.9"},
        h_2={"difficulty": "50"},
        h_3={"stem": "x" * 10_001},
    ) | {"h-9": Sent("v1", {})}
    plan = item_grid.plan(*do, told)
    assert list(plan.changes) == ["h-2"]
    assert {name: {problem.field for problem in found} for name, found in plan.problems.items()} == {
        "h-1": {"stem", "difficulty", "level", "tasks"},
        "h-3": {"stem"},
        "h-9": {"id"},
    }
    with pytest.raises(NotFound):
        item_grid.apply(*do, told)
    del told["h-9"]
    with pytest.raises(Invalid, match="bad_grid") as refusal:
        item_grid.apply(*do, told)
    assert ("h-3", "stem", "too_long") in reasons(refusal)
    assert not any(row.is_draft for row in rows(desk).values())
    for names in ([], [f"x-{n}" for n in range(MOST_ROWS + 1)]):
        with pytest.raises(Invalid, match="bad_grid"):
            item_grid.apply(*do, {name: Sent("v1", {}) for name in names})
        with pytest.raises(Invalid, match="bad_grid"):
            item_grid.plan(*do, {name: Sent("v1", {}) for name in names})
    with pytest.raises(Forbidden):
        item_grid.grid(desk.context, desk.rita, BANK, NAMES)


def test_what_somebody_did_meanwhile_stands(desk: Desk) -> None:
    do = (desk.context, desk.ann, BANK)
    old = sent(desk, h_1={"difficulty": "50"}, h_2={"difficulty": "50"}, h_3={"difficulty": "50"})
    draft_id = item_drafts.edit(desk.context, desk.ben, BANK, "h-1")
    desk.write(draft_id, desk.ben, stem="Ben's words")
    waiting = item_drafts.edit(desk.context, desk.ben, BANK, "h-2")
    item_reviews.submit(desk.context, desk.ben, waiting, "")
    item_upkeep.retire(*do, ["h-3"], "Old")
    told = rows(desk)
    assert [told[name].why_not for name in NAMES] == ["", "in_review", "retired", ""]
    assert told["h-1"].cells["stem"] == "Ben's words"
    with pytest.raises(Invalid, match="bad_grid") as refusal:
        item_grid.apply(*do, old)
    assert reasons(refusal) == [
        ("h-1", "state", "row_changed"),
        ("h-2", "state", "in_review"),
        ("h-3", "state", "retired"),
    ]
    assert item_grid.apply(*do, sent(desk, h_1={"difficulty": "50"})) == 1
    assert (desk.view(draft_id).form["stem"], desk.view(draft_id).form["difficulty"]) == ("Ben's words", 50)
    with pytest.raises(Refused, match="needs_person"):
        item_grid.grid(desk.context, TESTS, BANK, NAMES)

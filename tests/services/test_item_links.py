"""Items that never share a form: what versions say and what is linked beside them, seen from both sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from quizapp.domain.blueprint import Blueprint, BlueprintRow, assemble
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item import Pool
from quizapp.services import bank_exports, bank_imports, item_drafts, item_history, item_links, item_reviews
from quizapp.services.bank_imports import Upload
from quizapp.services.item_links import Enemy
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store.audit import RowAuditLine
from tests.support.drafts import BANK, Desk
from tests.support.inventions import item
from tests.support.people import TESTS


def enemies(desk: Desk, item_id: str) -> dict[str, tuple[bool, bool, bool]]:
    found = item_links.enemies(desk.context, desk.ann, BANK, item_id)
    return {told.item_id: (told.is_named, told.is_naming, told.is_linked) for told in found}


def apart(desk: Desk) -> set[frozenset[str]]:
    """The pairs that drawing keeps apart; no form of two holds one of them."""
    with desk.context.reading() as session:
        bank = store.bank(session, BANK)
        assert bank is not None
        pool = [told.candidate for told in store.eligible(session, [bank.id], Pool.SECURE)]
    drawn = {
        frozenset(slot.item_id for slot in assemble(Blueprint((BlueprintRow("A.1", 2),)), pool, str(seed)))
        for seed in range(40)
    }
    pairs = {frozenset((c.id, enemy)) for c in pool for enemy in c.enemies}
    assert not drawn & pairs
    return {frozenset(name.partition("/")[2] for name in pair) for pair in pairs}


def test_enemies_are_kept_apart_from_both_sides_by_versions_and_by_links(
    context: Context, tmp_path: Path
) -> None:
    more = [item("h-2", enemies=["h-1"]), item("h-3", stem="Where is the *pilot*?"), item("h-4")]
    desk = Desk(context, tmp_path / "bank", *more)
    do = (desk.context, desk.ann, BANK)
    assert (enemies(desk, "h-1"), enemies(desk, "h-2")) == (
        {"h-2": (False, True, False)},
        {"h-1": (True, False, False)},
    )
    # Every id that is wrong is named, and then nothing is linked.
    with pytest.raises(Invalid) as invalid:
        item_links.link(*do, "h-3", ["h-1", "x-2", "h-3", "x-1"])
    told = [(problem.value, problem.reason) for problem in invalid.value.problems]
    assert told == [("x-1", "unknown_item"), ("x-2", "unknown_item"), ("h-3", "own_enemy")]
    with pytest.raises(Invalid):
        item_links.link(*do, "h-3", [])
    assert enemies(desk, "h-3") == {}
    # What is found is what could still be linked.
    found = item_links.search(*do, "h-1", "PILOT")
    assert ([line.item_id for line in found.lines], found.count) == (["h-3"], 1)
    assert item_links.link(*do, "h-3", ["h-1", "h-4"]) == 2
    assert (item_links.link(*do, "h-1", ["h-3"]), item_links.search(*do, "h-1", "pilot").count) == (0, 0)
    assert item_links.enemies(*do, "h-4") == (
        Enemy("h-3", "Where is the *pilot*?", "approved", False, False, True),
    )
    assert apart(desk) == {frozenset(("h-1", "h-2")), frozenset(("h-1", "h-3")), frozenset(("h-3", "h-4"))}
    # A file carries links out, and brought back they are no new wording.
    data = b"".join(bank_exports.export(context, TESTS, BANK, "jsonl").pieces)
    assert b'"enemies":["h-1","h-4"]' in data.replace(b", ", b",").replace(b": ", b":")
    report = bank_imports.import_items(
        context, TESTS, Upload(BANK, "jsonl", data, bank_imports.Defaults(), keeps_status=True)
    )
    assert {line.outcome.value for line in report.lines} == {"unchanged"}
    # A copy is kept apart from whatever its model is.
    copy = item_drafts.duplicate(*do, "h-3")
    assert desk.view(copy).form["enemies"] == ["h-1", "h-3", "h-4"]
    # Links go as they came, from either side; what a version says goes by a draft that is approved.
    item_links.unlink(*do, "h-4", "h-3")
    with pytest.raises(NotFound):
        item_links.unlink(*do, "h-3", "h-4")
    with pytest.raises(NotFound):
        item_links.draft_without(*do, "h-3", "h-1")
    assert item_links.draft_without(*do, "h-1", "h-2") == 1
    with pytest.raises(Refused, match="draft_is_open"):
        item_links.draft_without(*do, "h-2", "h-1")
    assert enemies(desk, "h-1") == {"h-2": (False, True, False), "h-3": (False, False, True)}
    draft_id = item_drafts.edit(*do, "h-2")
    item_reviews.submit(context, desk.ann, draft_id)
    item_reviews.approve(context, desk.rita, draft_id)
    assert apart(desk) == {frozenset(("h-1", "h-3"))}
    steps = item_history.history(*do, "h-4", None, None).steps
    assert [(step.verb, step.why) for step in steps if "link" in step.verb] == [
        ("unlink", "h-3"),
        ("link", "h-3"),
    ]
    with context.reading() as session:
        lines = session.scalars(select(RowAuditLine.facts).where(RowAuditLine.verb.in_(["link", "unlink"])))
        assert sorted((told["item"], told["other"]) for told in lines) == [
            *[("h-1", "h-3"), ("h-3", "h-1")],
            *[("h-3", "h-4")] * 2,
            *[("h-4", "h-3")] * 2,
        ]
    for verb in (item_links.unlink, item_links.draft_without):
        with pytest.raises(Forbidden):
            verb(context, desk.rita, BANK, "h-1", "h-3")
    with pytest.raises(Forbidden):
        item_links.link(context, desk.rita, BANK, "h-1", ["h-4"])

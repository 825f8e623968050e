"""Writing an item: saved whole or not, by two windows at once, undone, and never without its author."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item_draft import LARGEST_FORM
from quizapp.domain.person import Role
from quizapp.services import item_draft_views, item_drafts
from quizapp.services.unit_of_work import Context
from quizapp.store.item_drafts import RowItemDraft
from tests.support.drafts import BANK, Desk
from tests.support.inventions import item
from tests.support.people import TESTS


@pytest.fixture
def desk(context: Context, tmp_path: Path) -> Desk:
    return Desk(context, tmp_path / "bank")


@pytest.fixture
def sqlite_desk(sqlite_context: Context, tmp_path: Path) -> Desk:
    return Desk(sqlite_context, tmp_path / "bank")


def test_a_draft_is_written_undone_and_done_again(desk: Desk) -> None:
    draft_id = item_drafts.start(desk.context, desk.ann, BANK, "single_choice", task="A.1", pool="secure")
    first = desk.view(draft_id)
    assert (first.form["tasks"], first.form["pool"], first.can_undo, first.line.is_new) == (
        ["A.1"],
        "secure",
        False,
        True,
    )
    assert desk.write(draft_id, stem="Who pays?").is_changed
    assert not desk.write(draft_id, stem="Who pays?").is_changed
    assert desk.write(draft_id, desk.ben, stem="Who signs?").saves == 3
    assert item_drafts.undo(desk.context, desk.ann, draft_id)
    assert (desk.view(draft_id).form["stem"], desk.view(draft_id).can_redo) == ("Who pays?", True)
    assert item_drafts.redo(desk.context, desk.ann, draft_id)
    assert not item_drafts.redo(desk.context, desk.ann, draft_id)
    assert desk.view(draft_id).form["stem"] == "Who signs?"
    # What is written after an undo replaces what was undone.
    item_drafts.undo(desk.context, desk.ann, draft_id)
    desk.write(draft_id, stem="Who leads?")
    assert not desk.view(draft_id).can_redo
    item_drafts.undo(desk.context, desk.ann, draft_id)
    assert desk.view(draft_id).form["stem"] == "Who pays?"
    assert desk.verbs(draft_id) == ["draft", "revise", "revise", "undo", "redo", "undo", "revise", "undo"]


def test_two_windows_lose_nothing(desk: Desk) -> None:
    draft_id = item_drafts.edit(desk.context, desk.ann, BANK, "h-1")
    assert item_drafts.edit(desk.context, desk.ben, BANK, "h-1") == draft_id
    seen = desk.view(draft_id)
    item_drafts.save(desk.context, desk.ann, draft_id, {**seen.form, "stem": "Ann's"}, seen.saves)
    with pytest.raises(Refused) as refused:
        item_drafts.save(desk.context, desk.ben, draft_id, {**seen.form, "stem": "Ben's"}, seen.saves)
    assert refused.value.code == "draft_changed"
    told = desk.view(draft_id)
    (aside,) = told.asides
    assert (told.form["stem"], aside.saved_by, [c.place for c in aside.changes]) == (
        "Ann's",
        "Ben Author",
        ["stem"],
    )
    item_drafts.take_up(desk.context, desk.ben, draft_id, aside.number)
    told = desk.view(draft_id)
    assert (told.form["stem"], told.asides) == ("Ben's", ())
    item_drafts.undo(desk.context, desk.ben, draft_id)
    assert desk.view(draft_id).form["stem"] in ("Ann's", "Ben's")
    with pytest.raises(NotFound):
        item_drafts.take_up(desk.context, desk.ben, draft_id, 99)


def test_an_item_keeps_its_name_and_type(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    draft_id = item_drafts.edit(desk.context, desk.ann, BANK, "h-1")
    desk.write(draft_id, id="h-9", type="numeric", stem="Another?")
    told = desk.view(draft_id)
    assert (told.form["id"], told.form["type"], told.form["stem"]) == ("h-1", "single_choice", "Another?")
    with pytest.raises(Refused) as refused:
        item_drafts.change_type(desk.context, desk.ann, draft_id, "numeric")
    assert refused.value.code == "type_is_fixed"
    fresh = item_drafts.start(desk.context, desk.ann, BANK, "single_choice")
    item_drafts.change_type(desk.context, desk.ann, fresh, "matching")
    assert desk.view(fresh).line.type == "matching"
    copy = desk.view(item_drafts.duplicate(desk.context, desk.ann, BANK, "h-1"))
    assert (copy.form["stem"], copy.form["enemies"], copy.line.is_new) == (item("h-1")["stem"], ["h-1"], True)


def test_advice_follows_the_words(sqlite_context: Context, tmp_path: Path) -> None:
    desk = Desk(sqlite_context, tmp_path / "bank", item("h-2", stimulus="storm", pool="practice"))
    draft_id = item_drafts.duplicate(desk.context, desk.ann, BANK, "h-1")
    told = desk.view(draft_id).advice
    assert [(n.path, n.problem.reason) for n in told.missing] == [("id", "bad_id")]
    first = told.alike[0]
    assert (first.item_id, first.percent, first.is_duplicate) == ("h-1", 100, True)
    desk.write(
        draft_id,
        id="h-1",
        tasks=["A.1", "Z.9"],
        enemies=["h-1", "h-7"],
        stimulus="storm",
        stem="Which of these is not a paper?",
    )
    told = desk.view(draft_id).advice
    assert sorted((n.path, n.problem.reason) for n in told.missing) == [
        ("enemies", "own_enemy"),
        ("enemies", "unknown_item"),
        ("id", "duplicate_id"),
        ("stimulus", "pools_mixed"),
        ("tasks.1", "unknown_code"),
    ]
    assert "negative_stem" in {n.problem.reason for n in told.better}


def test_who_may_write(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    learner = desk.actor(Role.LEARNER, name="Lea Learner")
    draft_id = item_drafts.start(desk.context, desk.ann, BANK, "numeric")
    for actor in (desk.rita, learner):
        with pytest.raises(Forbidden):
            item_drafts.start(desk.context, actor, BANK, "numeric")
        with pytest.raises(Forbidden):
            desk.write(draft_id, actor, stem="x")
    with pytest.raises(Forbidden):
        item_draft_views.view(desk.context, learner, draft_id)
    with pytest.raises(Refused) as refused:
        item_drafts.start(desk.context, TESTS, BANK, "numeric")
    assert refused.value.code == "needs_person"
    with pytest.raises(Invalid) as invalid:
        desk.write(draft_id, stem="x" * LARGEST_FORM)
    assert invalid.value.code == "bad_draft"
    with pytest.raises(Invalid):
        item_drafts.start(desk.context, desk.ann, BANK, "riddle")
    for missing in ((BANK, "h-9"), ("nowhere", "h-1")):
        with pytest.raises(NotFound):
            item_drafts.edit(desk.context, desk.ann, *missing)
    item_drafts.discard(desk.context, desk.ann, draft_id)
    assert [line.id for line in item_draft_views.listed(desk.context, desk.ann)] == []
    with desk.context.reading() as session:
        assert session.query(RowItemDraft).count() == 1

"""From a draft to an approved version: by a second person, with reasons, and with its whole history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item import Pool
from quizapp.domain.item_draft import DraftState, Stage
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import (
    item_draft_views,
    item_drafts,
    item_history,
    item_reviews,
    item_stages,
    item_upkeep,
    items,
    items_read,
    stimuli,
)
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store.items import RowItemVersion
from tests.support.drafts import BANK, SCENARIO, Desk
from tests.support.inventions import item, write_bank
from tests.support.people import TESTS


@pytest.fixture
def desk(context: Context, tmp_path: Path) -> Desk:
    return Desk(context, tmp_path / "bank")


@pytest.fixture
def sqlite_desk(sqlite_context: Context, tmp_path: Path) -> Desk:
    return Desk(sqlite_context, tmp_path / "bank")


def test_an_item_of_every_type_is_written_and_approved(desk: Desk) -> None:
    for kind in ITEM_TYPES:
        draft_id = desk.written(kind, f"n-{kind}".replace("_", "-"))
        item_reviews.submit(desk.context, desk.ann, draft_id, "First of its type")
        name = item_reviews.approve(desk.context, desk.rita, draft_id, "Sound")
        page = items_read.item(desk.context, desk.rita, BANK, name)
        (wording,) = page.history
        assert (page.line.status, page.line.type, page.line.version) == ("approved", kind, 1)
        assert (wording.author, wording.reviewer) == ("Ann Author", "Rita Reviewer")
    # The bank's files would load the very same wordings: nothing is revised.
    told = [item("h-1"), *(item(f"n-{kind}".replace("_", "-"), kind) for kind in ITEM_TYPES)]
    for source in told[1:]:
        source |= {"author": "Ann Author", "reviewer": "Rita Reviewer"}
    folder = Path(desk.context.settings.home) / "again"
    loaded = items.load_bank(desk.context, TESTS, write_bank(folder, told, [SCENARIO]))
    assert (loaded.unchanged, loaded.is_changed) == (len(told), False)


def test_an_approved_item_stays_in_use_until_its_next_wording_is_approved(
    desk: Desk, clock: FixedClock
) -> None:
    draft_id = item_drafts.edit(desk.context, desk.ann, BANK, "h-1")
    desk.write(draft_id, stem="Which paper says who pays?")
    clock.instant += timedelta(minutes=1)
    item_reviews.submit(desk.context, desk.ann, draft_id, "Shorter")
    with pytest.raises(Refused):
        desk.write(draft_id, stem="Too late")
    before = items_read.item(desk.context, desk.ann, BANK, "h-1")
    told = item_stages.of_item(desk.context, desk.ann, BANK, "h-1")
    assert (before.line.version, before.line.status, told.stage, told.draft_id) == (
        1,
        "approved",
        Stage.APPROVED,
        draft_id,
    )
    clock.instant += timedelta(minutes=1)
    item_reviews.comment(desk.context, desk.rita, draft_id, "options[agenda]", "Is this plausible?")
    clock.instant += timedelta(minutes=1)
    item_reviews.request_changes(desk.context, desk.rita, draft_id, "See my comment")
    (said, sent_back) = desk.view(draft_id).comments[1:]
    assert (said.place, said.text, sent_back.verb, desk.view(draft_id).line.comments) == (
        "options[agenda]",
        "Is this plausible?",
        "request_changes",
        1,
    )
    item_reviews.resolve(desk.context, desk.ann, draft_id, said.id)
    desk.write(draft_id, difficulty=55)
    clock.instant += timedelta(minutes=1)
    item_reviews.submit(desk.context, desk.ann, draft_id)
    item_reviews.approve(desk.context, desk.rita, draft_id)
    after = items_read.item(desk.context, desk.ann, BANK, "h-1")
    assert (after.line.version, after.line.stem, after.line.difficulty) == (
        2,
        "Which paper says who pays?",
        55,
    )
    assert [w.number for w in after.history] == [2, 1]
    told_history = item_history.history(desk.context, desk.rita, BANK, "h-1", None, None)
    steps = [(s.verb, s.who, s.why) for s in reversed(told_history.steps)]
    assert sorted({verb for verb, _, _ in steps}) == [
        "approve", "comment", "draft", "freeze", "request_changes", "resolve", "revise", "submit",
    ]  # fmt: skip
    assert ("submit", "Ann Author", "Shorter") in steps
    assert ("request_changes", "Rita Reviewer", "See my comment") in steps
    assert [c.place for c in told_history.diff] == ["difficulty", "stem"]
    assert (told_history.before, told_history.after) == (1, 2)


def test_nobody_approves_what_they_wrote(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    both = desk.actor(Role.INSTRUCTOR, Role.REVIEWER, name="Bo Both")
    namesake = desk.actor(Role.REVIEWER, name="ann author", email="other@example.org")
    draft_id = desk.written("single_choice", "n-1")
    desk.write(draft_id, both, difficulty=1)
    item_reviews.submit(desk.context, desk.ann, draft_id)
    for actor in (both, namesake):
        with pytest.raises(Refused) as refused:
            item_reviews.approve(desk.context, actor, draft_id)
        assert refused.value.code == "own_item"
    with pytest.raises(Forbidden):
        item_reviews.approve(desk.context, desk.ben, draft_id)
    with pytest.raises(Refused):
        item_reviews.assign(desk.context, desk.ann, draft_id, both.person_id)
    assert desk.view(draft_id).line.state is DraftState.IN_REVIEW
    # Whoever hands in an item unchanged cannot approve it either, though its author is another.
    unchanged = item_drafts.edit(desk.context, both, BANK, "h-1")
    item_reviews.submit(desk.context, both, unchanged)
    with pytest.raises(Refused):
        item_reviews.approve(desk.context, both, unchanged)
    item_reviews.approve(desk.context, desk.rita, unchanged)
    (wording,) = items_read.item(desk.context, desk.ann, BANK, "h-1").history
    assert (wording.number, wording.author, wording.reviewer) == (1, "Author A", "Rita Reviewer")


def test_the_queue_and_its_reviewers(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    rolf = desk.actor(Role.REVIEWER, name="Rolf Reviewer")
    first, second = desk.written("numeric", "n-1"), desk.written("numeric", "n-2")
    for draft_id in (first, second):
        item_reviews.submit(desk.context, desk.ann, draft_id)
    item_reviews.assign(desk.context, desk.ann, first, rolf.person_id)
    queue = [
        {line.id for line in item_draft_views.listed(desk.context, actor) if line.waits_for_me}
        for actor in (desk.rita, rolf, desk.ann)
    ]
    assert queue == [{second}, {first, second}, set()]
    assert [item_reviews.count_waiting(desk.context, who) for who in (desk.rita, rolf)] == [1, 2]
    names = [name for _, name in item_reviews.reviewers(desk.context, desk.ann)]
    assert names == ["Rita Reviewer", "Rolf Reviewer"]
    for person_id, code in ((desk.ben.person_id, "bad_reviewer"), (UUID(int=7), "bad_reviewer")):
        with pytest.raises(Refused) as refused:
            item_reviews.assign(desk.context, desk.ann, first, person_id)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        item_reviews.assign(desk.context, desk.rita, second, rolf.person_id)
    item_reviews.assign(desk.context, desk.rita, second, desk.rita.person_id)
    item_reviews.withdraw(desk.context, desk.ann, second)
    assert item_reviews.count_waiting(desk.context, desk.rita) == 0


def test_what_keeps_a_draft_from_its_approval(sqlite_context: Context, tmp_path: Path) -> None:
    desk = Desk(
        sqlite_context, tmp_path / "bank", item("p-1", pool="practice"), item("r-1", status="retired")
    )
    unfinished = item_drafts.start(desk.context, desk.ann, BANK, "single_choice")
    with pytest.raises(Invalid) as invalid:
        item_reviews.submit(desk.context, desk.ann, unfinished)
    assert {p.field for p in invalid.value.problems} >= {"stem", "options", "sources", "level"}
    # What was practised never becomes secure.
    practised = item_drafts.edit(desk.context, desk.ann, BANK, "p-1")
    desk.write(practised, pool="secure")
    with pytest.raises(Invalid) as invalid:
        item_reviews.submit(desk.context, desk.ann, practised)
    assert [p.reason for p in invalid.value.problems] == ["practised_item"]
    with pytest.raises(Refused):
        item_drafts.edit(desk.context, desk.ann, BANK, "r-1")
    for why in ("", " ", "x" * 4001):
        with pytest.raises(Invalid):
            item_reviews.request_changes(desk.context, desk.rita, practised, why)
    # The files bring a newer version while a draft is at work.
    draft_id = item_drafts.edit(desk.context, desk.ann, BANK, "h-1")
    desk.write(draft_id, difficulty=1)
    folder = write_bank(tmp_path / "bank", [item("h-1", difficulty=2)], [SCENARIO])
    items.load_bank(desk.context, TESTS, folder)
    assert desk.view(draft_id).is_outdated
    item_reviews.submit(desk.context, desk.ann, draft_id)
    with pytest.raises(Refused) as refused:
        item_reviews.approve(desk.context, desk.rita, draft_id)
    assert refused.value.code == "revised_meanwhile"
    item_reviews.withdraw(desk.context, desk.ann, draft_id)
    item_drafts.rebase(desk.context, desk.ann, draft_id)
    item_reviews.submit(desk.context, desk.ann, draft_id)
    item_reviews.approve(desk.context, desk.rita, draft_id)
    assert items_read.item(desk.context, desk.ann, BANK, "h-1").line.difficulty == 1


def scenarios_met(desk: Desk) -> dict[str, tuple[int, frozenset[str]]]:
    """The version each eligible item is asked in, and the items it must not meet on a form."""
    with desk.context.reading() as session:
        bank = store.bank(session, BANK)
        assert bank is not None
        told = store.eligible(session, [bank.id], Pool.SECURE)
        numbers = {e.version_id: session.get_one(RowItemVersion, e.version_id).number for e in told}
    return {
        entry.candidate.id.partition("/")[2]: (
            numbers[entry.version_id],
            frozenset(name.partition("/")[2] for name in entry.candidate.enemies),
        )
        for entry in told
    }


def test_a_scenario_is_reworded_by_drafts_of_the_items_that_rest_on_it(
    context: Context, tmp_path: Path
) -> None:
    sharing = [item(f"s-{n}", stimulus="storm") for n in (1, 2, 3, 4)]
    old = item("s-5", stimulus="storm", status="retired")
    desk = Desk(context, tmp_path / "bank", *sharing, old)
    do = (context, desk.ann, BANK)
    # While nothing rests on it, words change at once.
    stimuli.write(*do, "calm", "A calm", "No wind.")
    assert not stimuli.plan(*do, "calm", "A calm", "No wind at all.").has_consequences
    assert stimuli.reword(*do, "calm", "A calm", "No wind at all.", 1) == 0
    for name, title in (("calm", "Twice"), ("Bad Id", "x"), ("fog", "")):
        with pytest.raises(Invalid) as invalid:
            stimuli.write(*do, name, title, "Text")
        assert invalid.value.code == "bad_stimulus"
    fresh = desk.written("single_choice", "n-1", stimulus="calm")
    assert desk.view(fresh).shown is not None
    assert desk.view(fresh).shown.stimulus_text == "No wind at all."  # type: ignore[union-attr]
    # What would happen is told first: who gets a draft, which open drafts come along, what is in review.
    ridden = item_drafts.edit(*do, "s-2")
    waiting = item_drafts.edit(*do, "s-3")
    item_reviews.submit(context, desk.ann, waiting)
    words = ("storm", "A storm", "The wind is falling.")
    ben = (context, desk.ben, BANK, *words)
    plan = stimuli.plan(*ben)
    assert (plan.drafted, plan.riding, plan.waiting) == (("s-1", "s-4"), ("s-2", "s-3"), ("s-3",))
    assert [change.place for change in plan.diff] == ["text"]
    with pytest.raises(Refused, match="stimulus_in_review"):
        stimuli.reword(*ben, 1)
    item_reviews.withdraw(context, desk.ann, waiting)
    item_drafts.discard(context, desk.ann, waiting)
    with pytest.raises(Refused, match="stimulus_changed"):
        stimuli.reword(*ben, 7)
    assert stimuli.reword(*ben, 1) == 3
    assert stimuli.reword(*ben, 2) == 0
    drafts = {line.item_id: line.id for line in item_draft_views.listed(context, desk.ann) if not line.is_new}
    assert sorted(drafts) == ["s-1", "s-2", "s-3", "s-4"]
    # Nothing in use has changed; a reviewer sees the words that would.
    line = stimuli.listed(*do).line("storm")
    assert (line.number, line.behind) == (2, 4)
    assert [(told.item_id, told.status, told.number) for told in line.items] == [
        *[(f"s-{n}", "approved", 1) for n in (1, 2, 3, 4)],
        ("s-5", "retired", 1),
    ]
    page = items_read.item(*do, "s-1")
    assert page.stimulus is not None
    assert (page.line.version, page.stimulus.text) == (1, "The wind is rising.")
    assert scenarios_met(desk) == {name: (1, frozenset()) for name in ("h-1", "s-1", "s-2", "s-3", "s-4")}
    assert [change.place for change in desk.view(drafts["s-1"]).diff] == ["scenario.text"]
    # Whoever reworded wrote on all of them, also where somebody else had begun.
    both = Actor(desk.ben.person_id, frozenset({Role.INSTRUCTOR, Role.REVIEWER}))
    for name in ("s-1", "s-2"):
        item_reviews.submit(context, desk.ann, drafts[name])
        with pytest.raises(Refused, match="own_item"):
            item_reviews.approve(context, both, drafts[name])
    assert drafts["s-2"] == ridden
    item_reviews.approve(context, desk.rita, drafts["s-1"])
    # Until all are approved no form tells the scenario in two ways.
    apart = frozenset({"s-2", "s-3", "s-4"})
    assert scenarios_met(desk) == {
        "h-1": (1, frozenset()),
        "s-1": (2, apart),
        **{name: (1, frozenset({"s-1"})) for name in apart},
    }
    history = item_history.history(*do, "s-1", None, None)
    assert [change.place for change in history.diff] == ["scenario.text"]
    assert items_read.item(*do, "s-1").history[0].author == items_read.item(*do, "s-1").history[1].author
    for name in ("s-2", "s-3", "s-4"):
        if name != "s-2":
            item_reviews.submit(context, desk.ann, drafts[name])
        item_reviews.approve(context, desk.rita, drafts[name])
    assert stimuli.listed(*do).line("storm").behind == 0
    assert {told for name, told in scenarios_met(desk).items() if name != "h-1"} == {(2, frozenset())}
    for verb in (stimuli.write, stimuli.plan):
        with pytest.raises(Forbidden):
            verb(context, desk.rita, BANK, "x-1", "x", "x")
    with pytest.raises(Forbidden):
        stimuli.reword(context, desk.rita, BANK, *words, 2)
    with pytest.raises(NotFound):
        stimuli.reword(*do, "no-such", "x", "x", 1)


def test_many_items_at_once(context: Context, tmp_path: Path) -> None:
    sharing = [item(f"s-{n}", stimulus="storm") for n in (1, 2)]
    desk = Desk(context, tmp_path / "bank", *sharing, item("h-2"), item("h-3"))
    do = (desk.context, desk.ann, BANK)
    draft_id = item_drafts.edit(*do, "h-2")
    for chosen, why in ((["h-2"], ""), ([], "Old")):
        with pytest.raises(Invalid):
            item_upkeep.retire(*do, chosen, why)
    with pytest.raises(NotFound):
        item_upkeep.retire(*do, ["h-2", "h-9"], "Old")
    assert desk.view(draft_id).line.state is DraftState.DRAFT
    assert item_upkeep.retire(*do, ["h-2"], "Old") == 1
    assert desk.view(draft_id).line.state is DraftState.DISCARDED
    with pytest.raises(Refused):
        item_upkeep.retire(*do, ["h-1", "h-2"], "Twice")
    with pytest.raises(Refused) as refused:
        item_upkeep.to_practice(*do, ["s-1", "h-1"], "Seen")
    assert refused.value.facts["items"] == "s-2"
    assert item_upkeep.to_practice(*do, ["s-1", "s-2", "h-1"], "Seen") == 3
    assert item_upkeep.to_practice(*do, ["s-1"], "Seen") == 0
    with pytest.raises(Invalid):
        item_upkeep.propose_task(*do, ["h-1"], "Z.9", "Wrong task")
    assert item_upkeep.propose_task(*do, ["h-1", "h-3"], "B.1", "Wrong task") == 2
    with pytest.raises(Refused):
        item_upkeep.propose_task(*do, ["h-3"], "B.2", "Again")
    lines = {line.item_id: line for line in item_draft_views.listed(desk.context, desk.ann)}
    assert {name: line.task for name, line in lines.items()} == {"h-1": "B.1", "h-3": "B.1"}
    item_reviews.submit(desk.context, desk.ann, lines["h-3"].id)
    item_reviews.approve(desk.context, desk.rita, lines["h-3"].id)
    told = {line.item_id: line for line in items_read.bank(*do).lines}
    assert {name: (line.status, line.pool, line.tasks, line.version) for name, line in told.items()} == {
        "h-1": ("approved", "practice", ("A.1",), 1),
        "h-2": ("retired", "secure", ("A.1",), 1),
        "h-3": ("approved", "secure", ("B.1", "A.1"), 2),
        "s-1": ("approved", "practice", ("A.1",), 1),
        "s-2": ("approved", "practice", ("A.1",), 1),
    }
    steps = item_history.history(*do, "h-1", None, None).steps
    assert ("practise", "Ann Author", "Seen") in {(s.verb, s.who, s.why) for s in steps}
    with pytest.raises(Forbidden):
        item_upkeep.retire(desk.context, desk.rita, BANK, ["h-3"], "Old")


def test_of_two_drafts_with_one_new_id_the_second_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (desk.written("single_choice", "n-1") for _ in range(2))
    for draft_id in (first, second):
        item_reviews.submit(desk.context, desk.ann, draft_id)
    item_reviews.approve(desk.context, desk.rita, first)
    # The second reviewer's check looked before the first one's item was there.
    with monkeypatch.context() as patch:
        patch.setattr(item_reviews, "_need_sound", lambda *_: None)
        with pytest.raises(Refused, match="id_taken"):
            item_reviews.approve(desk.context, desk.rita, second)
    assert desk.view(second).line.state is DraftState.IN_REVIEW
    assert desk.verbs(second)[-1] == "submit"
    with pytest.raises(Invalid, match="bad_draft") as refused:
        item_reviews.approve(desk.context, desk.rita, second)
    assert [(p.field, p.reason) for p in refused.value.problems] == [("id", "duplicate_id")]

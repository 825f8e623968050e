"""Pictures that authors add: written anew, kept once, said in words, on the record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from quizapp.domain.errors import Forbidden, Invalid
from quizapp.domain.person import Actor, Role
from quizapp.ports import FixedClock
from quizapp.services import item_drafts, pictures, stimuli
from quizapp.services.unit_of_work import Context
from quizapp.store.audit import RowAuditLine
from quizapp.store.pictures import RowPicture
from tests.support.drafts import BANK, Desk
from tests.support.drawings import drawing
from tests.support.people import TESTS, person

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def actor(context: Context, role: Role) -> Actor:
    return Actor(person(context, role, name=role.value.title()), frozenset({role}))


def counts(context: Context) -> tuple[int, int]:
    """How many pictures are kept, and how often one was added."""
    with context.reading() as session:
        lines = session.query(RowAuditLine).filter_by(noun="picture", verb="add")
        return session.query(RowPicture).count(), lines.count()


def test_a_picture_is_added_once_and_every_time_on_the_record(context: Context) -> None:
    ann = actor(context, Role.INSTRUCTOR)
    told = pictures.add(context, ann, drawing(), "  A pier\n at night ")
    assert (told.width, told.height, told.alt) == (30, 20, "A pier at night")
    assert told.reference == f"![A pier at night](media/{told.name})"
    assert pictures.show(context, ann, told.name).media_type == "image/png"
    assert pictures.add(context, ann, drawing(), "Another word").name == told.name
    assert counts(context) == (1, 2)


def test_everything_wrong_with_a_picture_is_told_and_nothing_is_kept(context: Context) -> None:
    ann, lea = actor(context, Role.INSTRUCTOR), actor(context, Role.LEARNER)
    for data, alt, reasons in (
        (SVG, "", [("picture", "picture_svg"), ("alt", "picture_without_words")]),
        (drawing(), " ", [("alt", "picture_without_words")]),
        (b"", "A pier", [("picture", "picture_damaged")]),
        (b"x" * (5 * 1024 * 1024 + 1), "A pier", [("picture", "picture_too_large")]),
    ):
        with pytest.raises(Invalid) as refused:
            pictures.add(context, ann, data, alt)
        assert refused.value.code == "bad_picture"
        assert [(p.field, p.reason) for p in refused.value.problems] == reasons
    with pytest.raises(Forbidden):
        pictures.add(context, lea, drawing(), "A pier")
    assert counts(context) == (0, 0)


def test_pictures_nobody_refers_to_are_told_and_then_removed(
    context: Context, clock: FixedClock, tmp_path: Path
) -> None:
    desk = Desk(context, tmp_path / "bank")
    shown = {
        colour: pictures.add(context, desk.ann, drawing(colour=colour), colour).reference
        for colour in ("teal", "red", "blue", "green")
    }
    clock.instant += timedelta(days=20)
    # One stands in a scenario, one in a draft, one only in a text of it that undo brings back.
    stimuli.write(context, desk.ann, BANK, "pier", "A pier", f"Look: {shown['teal']}")
    draft_id = item_drafts.start(context, desk.ann, BANK, "single_choice")
    for colour in ("red", "blue"):
        desk.write(draft_id, stem=f"What is this? {shown[colour]}")
    pictures.add(context, desk.ann, drawing(colour="pink"), "Too new to go")
    month = timedelta(days=30)
    clock.instant += timedelta(days=9)
    assert pictures.unused(context, TESTS, month) == []
    clock.instant += timedelta(days=2)
    (told,) = pictures.unused(context, TESTS, month)
    assert told.name in shown["green"]
    assert counts(context) == (5, 5)
    assert (pictures.remove_unused(context, TESTS, month), pictures.remove_unused(context, TESTS, month)) == (
        [told],
        [],
    )
    assert counts(context) == (4, 5)
    with context.reading() as session:
        (line,) = session.query(RowAuditLine).filter_by(noun="picture", verb="remove")
        assert (line.object_id, line.facts) == (told.name, {"bytes": told.bytes})
    for work in (pictures.unused, pictures.remove_unused):
        with pytest.raises(Forbidden):
            work(context, desk.ann, month)

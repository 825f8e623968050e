"""Pictures that authors add: written anew, kept once, said in words, on the record."""

from __future__ import annotations

import pytest

from quizapp.domain.errors import Forbidden, Invalid
from quizapp.domain.person import Actor, Role
from quizapp.services import pictures
from quizapp.services.unit_of_work import Context
from quizapp.store.audit import RowAuditLine
from quizapp.store.pictures import RowPicture
from tests.support.drawings import drawing
from tests.support.people import person

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

"""Pictures of items: kept once, under the digest of what is served, and shown to who is signed in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quizapp.domain import picture as picture_rules
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Problem, raise_if_any
from quizapp.domain.exchange import Picture
from quizapp.domain.person import Actor, Permission
from quizapp.integrations import images
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import pictures as store
from quizapp.store.pictures import Kept, RowPicture


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture for a page."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """A picture for a text that is being written; its size in pixels, and what it shows in words."""

    name: str
    width: int
    height: int
    alt: str

    @property
    def reference(self) -> str:
        """The Markdown that shows it."""
        return picture_rules.reference(self.name, self.alt)


def show(context: Context, actor: Actor, name: str) -> Shown:
    """A picture by name. Whoever was given the text that names it may see it: the name is a digest,
    which nobody guesses. Raises `Forbidden` and `NotFound`.
    """
    if actor.person_id is None:
        raise Forbidden("not_allowed")
    with context.reading() as session:
        row = store.by_name(session, name)
        if row is None:
            raise NotFound("not_found", noun="picture")
        return Shown(row.name, row.media_type, row.data)


def add(context: Context, actor: Actor, data: bytes, alt: str) -> Added:
    """Keep one picture for a text that is being written; ``alt`` says what it shows.

    Raises `Invalid` ("bad_picture") with everything wrong with the file ("picture") and its words ("alt").
    """
    actor.require(Permission.WRITE_ITEM)
    alt = " ".join(alt.split())
    cleaned = _cleaned(data, list(picture_rules.check_words(alt)))
    with context.transaction(actor) as uow:
        name = keep(uow, cleaned)
        row = uow.session.get_one(RowPicture, name)
        uow.audit("add", "picture", name, bytes=len(row.data))
        return Added(name, row.width, row.height, alt)


def _cleaned(data: bytes, problems: list[Problem]) -> images.CleanPicture:
    """The picture written anew; its problems are told together with those of its words."""
    try:
        cleaned = images.clean(data)
    except Invalid as error:
        raise Invalid("bad_picture", [*error.problems, *problems]) from error
    raise_if_any("bad_picture", problems)
    return cleaned


def clean_all(
    session: Session, pictures: Iterable[Picture]
) -> tuple[dict[str, str], list[images.CleanPicture], list[Problem]]:
    """What a package's pictures are called here, those that are new, and what is wrong with the others.

    The names are given by the package's own. A file that was taken before, or that is one of ours,
    is not written anew: the same file has the same name for ever.
    """
    named: dict[str, str] = {}
    new: list[images.CleanPicture] = []
    problems: list[Problem] = []
    for picture in pictures:
        known = store.of_source(session, hashlib.sha256(picture.data).hexdigest())
        if known is not None:
            named[picture.name] = known.name
            continue
        try:
            cleaned = images.clean(picture.data, picture.name)
        except Invalid as error:
            problems += error.problems
            continue
        named[picture.name] = cleaned.name
        new.append(cleaned)
    return named, new, problems


def keep(uow: UnitOfWork, picture: images.CleanPicture) -> str:
    """Store a picture unless it is there; gives its name. The caller writes the audit line."""
    if store.by_name(uow.session, picture.name) is None:
        row = RowPicture(
            name=picture.name,
            source_sha256=picture.source_sha256,
            media_type=picture.media_type,
            data=picture.data,
            width=picture.width,
            height=picture.height,
            created_at=uow.now,
        )
        uow.session.add(row)
        uow.flush()
    return picture.name


def known(session: Session, names: Collection[str]) -> set[str]:
    """Those of the names that are stored already."""
    return store.known(session, names)


def unused(context: Context, actor: Actor, older_than: timedelta) -> list[Kept]:
    """The pictures stored longer ago than this that no text speaks of, the oldest first."""
    actor.require(Permission.OPERATE)
    with context.reading() as session:
        return _unused(session, context.clock.now() - older_than)


def _unused(session: Session, before: datetime) -> list[Kept]:
    used = store.mentioned(session)
    return [kept for kept in store.kept_before(session, before) if kept.name not in used]


def remove_unused(context: Context, actor: Actor, older_than: timedelta) -> list[Kept]:
    """Delete what `unused` tells, each on the record; gives what is gone.

    A text that is being stored at the same instant is not seen: run it while nobody loads banks.
    """
    actor.require(Permission.OPERATE)
    with context.transaction(actor) as uow:
        gone = _unused(uow.session, uow.now - older_than)
        store.remove(uow.session, [kept.name for kept in gone])
        for kept in gone:
            uow.audit("remove", "picture", kept.name, bytes=kept.bytes)
        return gone


def of_names(session: Session, names: Iterable[str]) -> Mapping[str, RowPicture]:
    """The stored pictures of these names."""
    found = (store.by_name(session, name) for name in sorted(set(names)))
    return {row.name: row for row in found if row is not None}

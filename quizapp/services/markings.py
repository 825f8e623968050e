"""Marking responses by people: the queue by item, one response without a name, and giving it its levels."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import Forbidden, NotFound, Problem, Refused, raise_if_any
from quizapp.domain.item_types import rubric
from quizapp.domain.item_types.essay import count_words
from quizapp.domain.item_types.rubric import Stage
from quizapp.domain.person import Actor, Permission
from quizapp.domain.score import SlotFacts
from quizapp.services import releases, score_reports, scripts
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import markings as store
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt, ServedItem
from quizapp.store.markings import OpenScript, RowMarking, RowScript

LONGEST_COMMENT = 2_000


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One item version whose answers wait: for a marking by the reader, for a settling word, for others."""

    version_id: UUID
    bank_id: str
    item_id: str
    number: int
    stem: str
    to_mark: int
    to_settle: int
    for_others: int


@dataclass(frozen=True, slots=True)
class Given:
    """What an earlier marker gave, shown to whoever settles."""

    levels: Mapping[str, int]
    total: int
    comment: str


@dataclass(frozen=True, slots=True)
class Script:
    """One answer to mark, without a name; ``digest`` stands for the text that was read."""

    id: UUID
    version_id: UUID
    item_id: str
    stem: str
    stimulus_title: str
    stimulus_text: str
    text: str
    words: int
    content: Mapping[str, Any]
    key: Mapping[str, Any]
    stage: Stage
    digest: str
    given: tuple[Given, ...]


def queue(context: Context, actor: Actor) -> list[QueueLine]:
    """The item versions with answers that wait for people; the reader's own answers are left out."""
    actor.require(Permission.MARK_RESPONSES)
    if actor.person_id is None:
        return []
    with context.reading() as session:
        found = store.open_scripts(session, actor.person_id)
    by_version: dict[UUID, list[OpenScript]] = {}
    for script in found:
        by_version.setdefault(script.version_id, []).append(script)
    return [_line(each) for each in by_version.values()]


def _line(found: Sequence[OpenScript]) -> QueueLine:
    mine = Counter((script.stage, script.is_mine) for script in found)
    first = found[0]
    return QueueLine(
        version_id=first.version_id,
        bank_id=first.bank_id,
        item_id=first.item_id,
        number=first.number,
        stem=first.stem,
        to_mark=mine[Stage.MARKING, False],
        to_settle=mine[Stage.ADJUDICATION, False],
        for_others=mine[Stage.MARKING, True] + mine[Stage.ADJUDICATION, True],
    )


def next_script(context: Context, actor: Actor, version_id: UUID) -> UUID | None:
    """The next answer to an item version that the actor may mark, or None.

    Everybody goes through them in an order of their own, so that two seldom hold the same answer.
    """
    actor.require(Permission.MARK_RESPONSES)
    if actor.person_id is None:
        return None
    with context.reading() as session:
        found = store.open_scripts(session, actor.person_id, version_id)
    waiting = [script.id for script in found if not script.is_mine]
    return min(waiting, key=lambda one: _turn(actor, one), default=None)


def _turn(actor: Actor, script_id: UUID) -> bytes:
    return hashlib.sha256(f"{actor.person_id}/{script_id}".encode()).digest()


def script(context: Context, actor: Actor, script_id: UUID) -> Script:
    """An answer with its rubric; raises `NotFound`, `Forbidden` and `Refused` as `mark` does."""
    actor.require(Permission.MARK_RESPONSES)
    with context.reading() as session:
        row = store.by_id(session, script_id)
        if row is None:
            raise NotFound("not_found")
        attempt = session.get_one(RowAttempt, row.attempt_id)
        fact, rows = _fact(session, attempt, row)
        stage = _may(actor, attempt, fact, rows)
        served = attempt_store.served_item(session, attempt.form_id, row.position)
        return _script(row, fact, rows, stage, served)


def _script(
    row: RowScript, fact: SlotFacts, rows: Sequence[RowMarking], stage: Stage, served: ServedItem | None
) -> Script:
    text = str((fact.response or {}).get("text", ""))
    is_settled = stage is Stage.ADJUDICATION
    return Script(
        id=row.id,
        version_id=row.item_version_id,
        item_id=fact.item_id,
        stem=str(fact.content["stem"]),
        stimulus_title=(served.stimulus_title or "") if served else "",
        stimulus_text=(served.stimulus_text or "") if served else "",
        text=text,
        words=count_words(text),
        content=fact.content,
        key=fact.key,
        stage=stage,
        digest=rubric.digest(fact.response) if fact.response else "",
        given=tuple(_given(rows)) if is_settled else (),
    )


def _given(rows: Sequence[RowMarking]) -> list[Given]:
    last = {row.marker_id: row for row in rows}
    return [Given(row.levels, sum(row.levels.values()), row.comment) for row in last.values()]


def mark(
    context: Context,
    actor: Actor,
    script_id: UUID,
    levels: Mapping[str, int],
    *,
    digest: str,
    comment: str = "",
) -> Stage:
    """Give an answer its levels; the last marking of an attempt has it scored. Gives what it waits for now.

    Raises `Invalid` ("bad_marking"); `Forbidden` ("own_result", "needs_person"); `Refused`
    ("marked_before") for a second marking by the same person where another's is due, ("marked_enough")
    when nothing waits any more, ("response_changed") when the text is not what ``digest`` stands for.
    """
    actor.require(Permission.MARK_RESPONSES)
    if actor.person_id is None:
        # Two people mark; somebody with a command line could be both.
        raise Forbidden("needs_person")
    with context.transaction(actor) as uow:
        row, attempt = _locked(uow, script_id)
        fact, rows = _fact(uow.session, attempt, row)
        stage = _may(actor, attempt, fact, rows)
        if fact.response is None or rubric.digest(fact.response) != digest:
            raise Refused("response_changed")
        raise_if_any("bad_marking", check(fact.key, levels, comment))
        added = RowMarking(
            id=uow.new_id(),
            script_id=row.id,
            number=store.next_number(uow.session, row.id),
            marker_id=actor.person_id,
            digest=digest,
            levels=dict(levels),
            comment=comment.strip(),
            is_adjudication=stage is Stage.ADJUDICATION,
            marked_at=uow.now,
        )
        uow.session.add(added)
        now = rubric.stage(fact.key, [*fact.markings, added.value])
        row.stage = now.value
        uow.audit(
            "mark", "script", row.id, number=added.number, settles=added.is_adjudication, stage=now.value
        )
        attempt_id = attempt.id
    if now is Stage.DONE:
        releases.finish_closed(context, attempt_id)
    return now


def check(key: Mapping[str, Any], levels: Mapping[str, int], comment: str) -> list[Problem]:
    """Everything wrong with a marking."""
    known, problems = rubric.levels(key), []
    for name, points in known.items():
        if levels.get(name) not in points:
            problems.append(Problem(name, str(levels.get(name, "")), "missing", "one of the levels"))
    problems += [
        Problem(name, "", "unknown_key", "no criterion") for name in sorted(levels.keys() - known.keys())
    ]
    if len(comment) > LONGEST_COMMENT:
        problems.append(Problem("comment", comment[:40], "too_long", f"at most {LONGEST_COMMENT} characters"))
    return problems


def _locked(uow: UnitOfWork, script_id: UUID) -> tuple[RowScript, RowAttempt]:
    row = store.by_id(uow.session, script_id)
    if row is None:
        raise NotFound("not_found")
    attempt = uow.session.get_one(RowAttempt, row.attempt_id, with_for_update=True)
    # Somebody may have marked it while the lock was waited for.
    uow.session.refresh(row)
    return row, attempt


def _fact(session: Session, attempt: RowAttempt, row: RowScript) -> tuple[SlotFacts, list[RowMarking]]:
    """The slot of a script with the markings that count, and those as rows."""
    slots = score_store.marking_slots(session, attempt)
    facts = score_reports.slot_facts(session, attempt, slots)
    fact = next(one for one in facts if one.position == row.position)
    rows = store.markings(session, attempt.id).get((attempt.id, row.position), [])
    return fact, store.in_force(rows, fact.response)


def _may(actor: Actor, attempt: RowAttempt, fact: SlotFacts, rows: Sequence[RowMarking]) -> Stage:
    """What the actor's marking would be; raises what `mark` does."""
    if actor.is_person(attempt.person_id):
        raise Forbidden("own_result")
    stage = scripts.stage(fact)
    if stage is Stage.DONE or attempt.current_score_id is not None:
        raise Refused("marked_enough")
    has_marked = any(row.marker_id == actor.person_id for row in rows)
    # Who was first may still correct it, until somebody else's word stands beside theirs.
    if has_marked and (stage is Stage.ADJUDICATION or len({row.marker_id for row in rows}) > 1):
        raise Refused("marked_before")
    return stage

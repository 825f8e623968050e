"""Who changed what about an item, when and why; and two of its wordings side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.domain.item_form import form_of, with_scenario
from quizapp.domain.person import Actor, Permission
from quizapp.domain.word_diff import Change, changes
from quizapp.services.unit_of_work import Context
from quizapp.store import audit as audit_store
from quizapp.store import item_drafts as store
from quizapp.store import item_lists, stimuli
from quizapp.store import items as item_store
from quizapp.store import people as people_store
from quizapp.store.audit import LineFilter, RowAuditLine

#: Audit lines of one object that are read; a draft that was saved more often tells its newest part.
MOST_LINES = 2_000
#: Steps told by the comment that gives their reason.
_TOLD_BY_COMMENTS = frozenset({"submit", "withdraw", "request_changes", "approve", "comment"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``times`` in a row by the same person; ``version`` where one was frozen."""

    at: datetime
    verb: str
    who: str
    why: str = ""
    place: str = ""
    version: int | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """The steps of an item, newest first, its versions, and what two of them differ in."""

    bank_title: str
    steps: tuple[Step, ...]
    numbers: tuple[int, ...]
    before: int
    after: int
    diff: tuple[Change, ...]


def history(
    context: Context, actor: Actor, bank_id: str, item_id: str, before: int | None, after: int | None
) -> History:
    """The history of an item; without numbers, its last two versions are compared. Raises `NotFound`."""
    actor.require(Permission.READ_KEYS)
    with context.reading() as session:
        item = item_lists.item(session, bank_id, item_id)
        bank = item_store.bank(session, bank_id)
        if item is None or bank is None:
            raise NotFound("not_found", noun="item", item=item_id)
        versions = {row.number: row for row in item_lists.versions(session, item.id)}
        newest = max(versions)
        after = after if after in versions else newest
        before = before if before in versions else max([n for n in versions if n < after], default=after)
        forms = {n: _form(session, item, versions[n]) for n in {before, after}}
        return History(
            bank.title,
            tuple(_steps(session, item, versions)),
            tuple(sorted(versions, reverse=True)),
            before,
            after,
            tuple(changes(forms[before], forms[after])),
        )


def _form(
    session: Session, item: item_store.RowItem, version: item_store.RowItemVersion
) -> Mapping[str, object]:
    codes = item_lists.task_codes(session, version.id)
    scenario = item_lists.stimulus(session, version.stimulus_version_id)
    told = item_store.to_domain(item, version, codes, scenario.stimulus_id if scenario else None)
    # Which pool it is in today belongs to the item, not to one of its wordings.
    form = {name: value for name, value in form_of(told).items() if name != "pool"}
    return with_scenario(form, stimuli.to_domain(scenario) if scenario else None)


def _steps(
    session: Session, item: item_store.RowItem, versions: Mapping[int, item_store.RowItemVersion]
) -> list[Step]:
    drafts = [row.id for row in store.of_item(session, item.id)]
    said = store.comments(session, drafts)
    lines = [line for draft_id in drafts for line in _lines(session, "item_draft", draft_id)]
    lines = [line for line in lines if line.verb not in _TOLD_BY_COMMENTS]
    lines += _lines(session, "item", item.id)
    people = {row.written_by for row in said} | {line.actor_id for line in lines if line.actor_id}
    names = people_store.names(session, people)
    steps = [
        Step(row.written_at, row.verb, names.get(row.written_by, ""), row.text, row.place) for row in said
    ]
    steps += [_told(line, names) for line in lines]
    steps += [Step(row.created_at, "freeze", row.author, version=number) for number, row in versions.items()]
    return list(_in_rows(sorted(steps, key=lambda step: step.at, reverse=True)))


def _lines(session: Session, noun: str, object_id: UUID) -> Iterable[RowAuditLine]:
    return audit_store.lines(session, LineFilter(noun=noun, object_id=str(object_id)), MOST_LINES)


def _told(line: RowAuditLine, names: Mapping[UUID, str]) -> Step:
    who = names.get(line.actor_id, "") if line.actor_id else line.actor_name
    return Step(line.at, line.verb, who, str(line.facts.get("reason") or line.facts.get("other") or ""))


def _in_rows(steps: Iterable[Step]) -> Iterable[Step]:
    """Saves in a row by one person are one step: nobody asks for each of a hundred."""
    for _, told in groupby(steps, key=lambda step: (step.verb, step.who, step.why, step.version)):
        same = list(told)
        yield replace(same[0], times=len(same)) if len(same) > 1 else same[0]

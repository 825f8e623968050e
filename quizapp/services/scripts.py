"""Responses that people mark: which a score waits for, kept in step with answers and markings.

A closed attempt with such responses has no score until the last of them is marked. The sweep leaves it alone
meanwhile; whoever gives the last marking sets its scoring going.
"""

from __future__ import annotations

from collections.abc import Sequence

from quizapp.domain import regrade
from quizapp.domain import score as domain
from quizapp.domain.attempt import Purpose
from quizapp.domain.item_types import item_type, rubric
from quizapp.domain.item_types.rubric import Stage
from quizapp.domain.regrade import Ruling
from quizapp.domain.score import SlotFacts
from quizapp.services import score_reports
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store import markings as store
from quizapp.store import regrades as regrade_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.markings import RowScript
from quizapp.store.scores import MarkingSlot


def settle(uow: UnitOfWork, row: RowAttempt, slots: Sequence[MarkingSlot]) -> int:
    """Bring the scripts of a locked, closed attempt up to date; gives how many wait for people.

    What nobody answered, what counts for nobody and what a regrade decided for everybody waits for nobody.
    In previews and rehearsals nothing waits: there such an item stays without points.
    """
    asked = [slot for slot in slots if item_type(slot.type).award is not None]
    if not asked or row.purpose != Purpose.LIVE:
        return 0
    facts = {fact.position: fact for fact in score_reports.slot_facts(uow.session, row, slots)}
    applied = regrade_store.of_form(uow.session, row.form_id, row.id)
    known = store.of_attempt(uow.session, row.id)
    waiting = changed = 0
    for slot in asked:
        fact = facts[slot.position]
        told = stage(fact, regrade.in_force(applied.get(slot.item_version_id, ())))
        digest = rubric.digest(fact.response) if fact.response else ""
        waiting += told is not Stage.DONE
        changed += _keep(uow, row, slot, known.get(slot.position), told, digest)
    if changed:
        uow.audit("wait" if waiting else "settle", "attempt", row.id, scripts=waiting)
    return waiting


def stage(fact: SlotFacts, ruling: Ruling = regrade.AS_WRITTEN) -> Stage:
    """What a response waits for under a ruling."""
    if ruling.is_dropped or ruling.is_full or not domain.waits(fact):
        return Stage.DONE
    return rubric.stage(fact.key, fact.markings)


def _keep(
    uow: UnitOfWork, row: RowAttempt, slot: MarkingSlot, known: RowScript | None, told: Stage, digest: str
) -> bool:
    """Store where a script stands, and for which response; says whether that changed anything."""
    if known is not None:
        is_changed = (known.stage, known.digest) != (told, digest)
        known.stage, known.digest = told.value, digest
        return is_changed
    if told is Stage.DONE:
        return False
    uow.session.add(
        RowScript(
            id=uow.new_id(),
            attempt_id=row.id,
            position=slot.position,
            item_version_id=slot.item_version_id,
            stage=told.value,
            digest=digest,
        )
    )
    return True

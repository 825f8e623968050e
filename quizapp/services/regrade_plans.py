"""The dry run of a regrade: every score it would change, and every record. It changes nothing itself.

Only the marks of the item in question are made anew; everything else is what was stored, so that
nothing but the regrade shows in the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import regrade as domain
from quizapp.domain import score as scores
from quizapp.domain.attempt import Disposition, Entry, EventKind, Purpose, project
from quizapp.domain.blueprint import settled
from quizapp.domain.exam import ExamDefinition, Mode
from quizapp.domain.record import deserves_record
from quizapp.domain.regrade import Applied, Change, Ruling, from_json, outcome
from quizapp.domain.score import EarlierAttempt, ScoreReport, SlotFacts, SlotMark
from quizapp.services.score_reports import outline
from quizapp.store import frameworks as framework_store
from quizapp.store import markings as marking_store
from quizapp.store import records as record_store
from quizapp.store import regrades as store
from quizapp.store.attempts import RowAttempt
from quizapp.store.exams import RowExam, definition_of
from quizapp.store.markings import RowMarking
from quizapp.store.records import RowRecord
from quizapp.store.regrades import Place, RowRegrade, StoredMark, Version


@dataclass(frozen=True, slots=True)
class Wish:
    """What a regrade would do to a version: a ruling, or an applied regrade it would undo."""

    ruling: Ruling
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a regrade does to one attempt. ``is_spared`` means: nothing, because it would lower it."""

    attempt: RowAttempt
    change: Change
    report: ScoreReport
    versions: Mapping[int, UUID]
    is_released: bool
    is_spared: bool
    is_deserving: bool
    record: RowRecord | None

    @property
    def record_ends(self) -> str:
        """What becomes of the record in force: "supersede", "revoke", or nothing."""
        if self.record is None or self.is_spared:
            return ""
        return "supersede" if self.is_deserving else "revoke"


@dataclass(frozen=True, slots=True)
class Plan:
    """A dry run: how many attempts were served the version, and what changes."""

    version: Version
    served: int
    planned: tuple[Planned, ...]

    @property
    def digest(self) -> str:
        """Stands for everything this dry run says."""
        return domain.digest(
            {
                "attempt": entry.attempt.id,
                "score": entry.attempt.current_score_id,
                "released": entry.is_released,
                "spared": entry.is_spared,
                "after": entry.change.after,
                "record": entry.record.serial if entry.record else "",
            }
            for entry in self.planned
        )


def plan(session: Session, version: Version, wish: Wish, *, lowers: bool = False, lock: bool = False) -> Plan:
    """The dry run of a regrade. ``lowers`` lets released results become worse; without it those stay.

    Locked, every attempt in it is held until the transaction ends, and so is the version.
    """
    if lock:
        store.touched(session, version.id, lock=True)
        # From here on nobody scores with the old ruling; whoever just did is seen by the next query.
        store.version(session, version.id, lock=True)
    rows = store.touched(session, version.id, lock=lock)
    work = _Work(session, version, wish, rows)
    planned = [entry for row in rows if (entry := work.planned(row, lowers)) is not None]
    return Plan(version, len(work.places), tuple(planned))


@dataclass(slots=True)
class _Work:
    """What a dry run has read, and the marks as they become."""

    session: Session
    version: Version
    wish: Wish
    rows: Sequence[RowAttempt]
    places: dict[UUID, list[Place]] = field(init=False)
    _stored: dict[UUID, list[StoredMark]] = field(init=False)
    _answers: dict[UUID, list[tuple[object, ...]]] = field(init=False)
    _markings: dict[tuple[UUID, int], list[RowMarking]] = field(init=False)
    _applied: list[RowRegrade] = field(init=False)
    _spared: set[tuple[UUID, UUID]] = field(init=False)
    _counted: dict[UUID, bool] = field(init=False)
    _records: dict[UUID, RowRecord] = field(init=False)
    _fresh: dict[UUID, list[SlotMark]] = field(default_factory=dict)
    _cycles: dict[tuple[object, ...], list[RowAttempt]] = field(default_factory=dict)
    _exams: dict[UUID, tuple[ExamDefinition, list[tuple[str, list[str]]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session, version = self.session, self.version
        self.places = store.places(session, version, self.rows)
        by_score = store.marks(session, [row.current_score_id for row in self.rows if row.current_score_id])
        self._stored = {row.id: by_score[row.current_score_id] for row in self.rows if row.current_score_id}
        served = [row for row in self.rows if row.id in self.places]
        self._answers = store.entries(session, version.id, served)
        self._markings = marking_store.of_version(session, version.id)
        self._applied = store.applied(session, version.id)
        self._spared = store.spared(session, version.id)
        self._counted = store.counted_before(session, version.id)
        self._records = record_store.in_force_of_attempts(session, [row.id for row in self.rows])
        for row in self.rows:
            self._cycles.setdefault(_cycle(row), []).append(row)

    def planned(self, row: RowAttempt, lowers: bool) -> Planned | None:
        """What becomes of one attempt, or None when nothing does; to be asked from the oldest on."""
        stored = _slot_marks(self._stored[row.id])
        fresh = self._remarked(row, stored)
        earlier = self._earlier(row)
        self._fresh[row.id] = stored
        if fresh == stored and all(_slot_marks(self._stored[e.id]) == self._fresh[e.id] for e in earlier):
            return None
        before = self._report(row, stored, earlier, {e.id: _slot_marks(self._stored[e.id]) for e in earlier})
        after = self._report(row, fresh, earlier, self._fresh)
        if before == after:
            return None
        change = Change(outcome(before), outcome(after))
        is_released = row.released_at is not None
        is_spared = is_released and change.is_lowered and not lowers
        if not is_spared:
            self._fresh[row.id] = fresh
        definition, _ = self._exam(row.exam_id)
        return Planned(
            attempt=row,
            change=change,
            report=after,
            versions={mark.position: mark.item_version_id for mark in self._stored[row.id]},
            is_released=is_released,
            is_spared=is_spared,
            is_deserving=is_released and _deserves(definition.mode, after),
            record=self._records.get(row.id),
        )

    def _remarked(self, row: RowAttempt, stored: list[SlotMark]) -> list[SlotMark]:
        made = {place.position: self._mark(row, place) for place in self.places.get(row.id, ())}
        return [made.get(mark.position) or mark for mark in stored]

    def _mark(self, row: RowAttempt, place: Place) -> SlotMark | None:
        """The new mark of the version at one place; None where it counted for nobody anyway."""
        applied = self._as_seen_by(row)
        now = domain.in_force(applied)
        without = str(self.wish.undoes) if self.wish.undoes else None
        then = domain.in_force(applied, without) if without else self.wish.ruling
        if not self._counts(row, place, now):
            return None
        version = self.version
        response = _final(self._answers.get(row.id, []), place.position)
        markings = marking_store.in_force(self._markings.get((row.id, place.position), ()), response)
        facts = SlotFacts(
            position=place.position,
            item_id=version.item_id,
            item_type=version.type,
            task_code=place.task_code,
            content=settled(version.type, version.content, place.seed, str(version.id)),
            key=version.key,
            response=response,
            counts=True,
            is_first_exposure=place.is_first,
            markings=tuple(one.value for one in markings),
        )
        return domain.mark(facts, then)

    def _as_seen_by(self, row: RowAttempt) -> list[Applied]:
        return [
            Applied(
                str(told.id),
                from_json(told.ruling),
                str(told.undoes_id) if told.undoes_id else None,
                (told.id, row.id) in self._spared,
            )
            for told in self._applied
        ]

    def _counts(self, row: RowAttempt, place: Place, now: Ruling) -> bool:
        """Whether the version counted, or would have but for a regrade that dropped it."""
        if not now.is_dropped:
            held = (mark for mark in self._stored[row.id] if mark.position == place.position)
            return any(mark.maximum > 0 for mark in held)
        return self._counted.get(row.id, place.is_scored and not self.version.is_suspended)

    def _earlier(self, row: RowAttempt) -> list[RowAttempt]:
        """What a top-up adds to: the attempts of its cycle before it."""
        if not row.is_top_up:
            return []
        return [past for past in self._cycles[_cycle(row)] if past.opened_at < row.opened_at]

    def _report(
        self,
        row: RowAttempt,
        marks: Sequence[SlotMark],
        earlier: Iterable[RowAttempt],
        known: Mapping[UUID, Sequence[SlotMark]],
    ) -> ScoreReport:
        definition, asked = self._exam(row.exam_id)
        return scores.report(
            attempt_id=str(row.id),
            marks=marks,
            earlier=[EarlierAttempt(str(past.id), tuple(known[past.id])) for past in earlier],
            outline=asked,
            task_rule=definition.task_rule,
            cut_rule=definition.cut_rule,
        )

    def _exam(self, exam_id: UUID) -> tuple[ExamDefinition, list[tuple[str, list[str]]]]:
        if exam_id not in self._exams:
            exam = self.session.get_one(RowExam, exam_id)
            definition = definition_of(exam)
            framework = framework_store.version(self.session, exam.framework_row_id)
            self._exams[exam_id] = (definition, outline(framework, definition))
        return self._exams[exam_id]


def _deserves(mode: Mode, report: ScoreReport) -> bool:
    return deserves_record(mode, Purpose.LIVE, report, is_released=True)


def _cycle(row: RowAttempt) -> tuple[object, ...]:
    return (row.person_id, row.exam_id, row.cycle)


def _slot_marks(stored: Iterable[StoredMark]) -> list[SlotMark]:
    return [
        SlotMark(
            mark.position,
            mark.item_id,
            mark.task_code,
            mark.points,
            mark.maximum,
            mark.is_right,
            mark.is_answered,
            mark.is_evidence,
        )
        for mark in stored
    ]


def _final(told: Iterable[tuple[object, ...]], position: int) -> Mapping[str, object] | None:
    """The response that counts, of the entries of one slot in the order they arrived."""
    entries = [
        Entry(
            int(str(writer)),
            int(str(seq)),
            position,
            EventKind.RESPONSE,
            str(payload),
            Disposition.COUNTED if is_accepted else Disposition(str(disposition)),
        )
        for writer, seq, slot, payload, disposition, is_accepted in told
        if slot == position
    ]
    state = project(entries).get(position)
    return state.response if state else None

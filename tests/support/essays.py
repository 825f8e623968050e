"""An essay on every form of the small bank, people who mark it, and what they give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from quizapp.domain.exam import ExamDefinition
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.item_types.rubric import Stage
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, markings
from quizapp.services.unit_of_work import Context
from quizapp.store.items import RowItem, RowItemVersion
from tests.support import attempts as room
from tests.support import exams
from tests.support.people import TESTS, person

ITEM = "1.a-secure-00"
BEST = {"reason": 2, "tone": 2}
FAIR = {"reason": 2, "tone": 1}
POOR = {"reason": 0, "tone": 1}


class Study:
    """A sitting whose every form asks for the same fifteen choices and one essay, marked by two."""

    def __init__(
        self, context: Context, definition: ExamDefinition = exams.CERTIFICATION, **changes: Any
    ) -> None:
        self.context = context
        self.ada, self.ben = room.learner(context, "Ada One"), room.learner(context, "Ben Two")
        ids = [self.ada.person_id, self.ben.person_id]
        pool = {"1.A": definition.blueprint.rows[0].items, "1.B": definition.blueprint.rows[1].items}
        bank = {definition.pool.value: pool}
        self.sitting_id = room.room(context, ids, definition, bank=bank, **changes)
        self.item_id = f"1.a-{definition.pool.value}-00"
        self.version_id = self._make_essay()
        self.markers = [self._staff(name) for name in ("Ida", "Jan", "Kim")]

    def _make_essay(self) -> UUID:
        kind = ITEM_TYPES["essay"]
        with self.context.transaction(TESTS) as uow:
            query = select(RowItemVersion).join(RowItem, RowItem.id == RowItemVersion.item_row_id)
            version = uow.session.scalars(query.where(RowItem.item_id == self.item_id)).one()
            version.type = "essay"
            version.content, version.key = kind.split(kind.example())
            uow.audit("make", "essay", version.id)
            return version.id

    def _staff(self, name: str) -> Actor:
        role = Role.INSTRUCTOR
        return Actor(person(self.context, role, name=f"{name} Marker"), frozenset({role}))

    def sit(self, actor: Actor, is_right: Any = lambda _slot: True) -> UUID:
        """A whole attempt with an essay in it."""
        attempt_id = attempts.start(self.context, actor, self.sitting_id)
        room.answer(self.context, attempt_id, is_right)
        attempts.submit(self.context, actor, attempt_id)
        return attempt_id

    def mark(self, marker: Actor, levels: Mapping[str, int], comment: str = "") -> Stage:
        """The next answer of this marker gets these levels."""
        script_id = markings.next_script(self.context, marker, self.version_id)
        assert script_id is not None
        digest = markings.script(self.context, marker, script_id).digest
        return markings.mark(self.context, marker, script_id, levels, digest=digest, comment=comment)

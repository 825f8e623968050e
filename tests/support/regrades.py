"""Regrades for tests: people who propose and approve, and the way from a proposal to new scores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor, Role
from quizapp.domain.regrade import RegradeKind
from quizapp.ports import Message
from quizapp.services import jobs, regrade_views, regrades
from quizapp.services.regrades import Done, Told
from quizapp.services.unit_of_work import Context
from tests.support.people import person


def letter(told: Told) -> Message:
    """A letter that says no more than a test asks."""
    gained, lost = ",".join(told.change.gained), ",".join(told.change.lost)
    return Message(told.email, "regraded", f"+{gained} -{lost} undo={told.is_undo}")


class Desk:
    """An instructor who proposes and a registrar who approves and applies."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.instructor = self._staff(Role.INSTRUCTOR, "Ines Instructor")
        self.registrar = self._staff(Role.REGISTRAR, "Rita Registrar")

    def _staff(self, role: Role, name: str) -> Actor:
        return Actor(person(self.context, role, name=name), frozenset({role}))

    def propose(self, item_id: str, kind: RegradeKind, *answers: Any) -> UUID:
        """A proposal for the newest version of an item of the small bank."""
        return regrades.propose(
            self.context,
            self.instructor,
            "small-bank",
            item_id,
            kind,
            reason="Two keys.",
            answers=answers,
        )

    def approve(self, regrade_id: UUID, lowers: bool = False) -> None:
        """The registrar approves what they see."""
        seen = regrade_views.view(self.context, self.registrar, regrade_id, lowers=lowers)
        regrades.approve(
            self.context, self.registrar, regrade_id, digest=seen.digest, note="Seen.", lowers=lowers
        )

    def apply(self, regrade_id: UUID, lowers: bool = False) -> Done:
        """Approve, apply and have the letters sent, a minute later than whatever was before."""
        self.context.clock.instant += timedelta(minutes=1)  # type: ignore[attr-defined]
        self.approve(regrade_id, lowers)
        done = regrades.apply(self.context, self.registrar, regrade_id, letter)
        jobs.run_due(self.context)
        return done

    def regrade(self, item_id: str, kind: RegradeKind, *answers: Any, lowers: bool = False) -> UUID:
        """The whole way; gives the regrade."""
        regrade_id = self.propose(item_id, kind, *answers)
        self.apply(regrade_id, lowers)
        return regrade_id

    def undo(self, regrade_id: UUID) -> UUID:
        """The whole way back, with the decision that what it gave is taken again."""
        back = regrades.undo(self.context, self.instructor, regrade_id, "It was right before.")
        self.apply(back, lowers=True)
        return back

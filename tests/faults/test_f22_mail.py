"""F22: the mail server is dead; inviting, starting, saving, closing and scoring go on."""

from __future__ import annotations

from dataclasses import replace

from quizapp.domain.person import Actor, Role
from quizapp.ports import Message
from quizapp.services import attempts, people
from quizapp.store.attempts import RowAttempt
from tests.support import attempts as room
from tests.support.people import TESTS


class DeadMailer:
    """A mail server that refuses every connection."""

    tried = 0

    def send(self, _message: Message) -> None:
        """Fail as sockets do; `smtplib` raises the same family."""
        self.tried += 1
        raise ConnectionRefusedError


def test_mail_is_dead_and_the_exam_goes_on(context) -> None:
    mail = DeadMailer()
    without = replace(context, mailer=mail)
    person_id = people.create(
        without,
        TESTS,
        name="Lea Learner",
        email="lea@mail.example",
        roles=[Role.LEARNER],
        letter=lambda told: Message(told.email, "Come", told.token),
    )
    actor = Actor(person_id, room.LEARNER)
    attempt_id = attempts.start(without, actor, room.room(without, [person_id]))
    room.answer(without, attempt_id, lambda _slot: True)
    receipt = attempts.submit(without, actor, attempt_id)
    with context.reading() as session:
        is_scored = session.get_one(RowAttempt, attempt_id).scored_at is not None
    assert (mail.tried, receipt.answered, is_scored) == (1, 16, True)

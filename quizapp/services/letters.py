"""Letters that may not be lost: written down in the transaction they speak of, sent by the worker."""

from __future__ import annotations

from dataclasses import asdict

from quizapp.ports import Message
from quizapp.services import jobs
from quizapp.services.jobs import Job
from quizapp.services.unit_of_work import Context, UnitOfWork

KIND = "letter"
#: With pauses that grow to an hour, the mail server may be away for three days.
MAX_TRIES = 80


def ask(uow: UnitOfWork, reason: str, message: Message) -> None:
    """Have a letter sent once this use case commits; one for each ``reason``, however often it is asked."""
    jobs.ask(uow, KIND, reason, **asdict(message))


@jobs.handles(KIND, max_tries=MAX_TRIES)
def send(context: Context, job: Job) -> None:
    """Send one letter. Whoever dies between sending it and saying so sends it a second time."""
    context.mailer.send(Message(**job.facts))

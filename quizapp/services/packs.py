"""Printing the emergency pack: forms that nobody in particular will get, drawn and stored like any."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain import blueprint as blueprints
from quizapp.domain import exam as exams
from quizapp.domain import pack as domain
from quizapp.domain import picture
from quizapp.domain.attempt import Purpose
from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.exam import ExamState, Standing
from quizapp.domain.item_types import item_type
from quizapp.domain.pack import Pack, PrintedForm, PrintedItem, PrintedPicture
from quizapp.domain.person import Actor, Permission
from quizapp.services import forms, pictures
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store import attempts as attempt_store
from quizapp.store import exams as exam_store
from quizapp.store.attempts import ServedItem
from quizapp.store.exams import RowExam
from quizapp.store.packs import RowPrintedForm

PILOT_NOTICE = "Pilot: not for personnel decisions"


def print_pack(context: Context, actor: Actor, slug: str, count: int, font: str = "") -> bytes:
    """A PDF of so many new forms with answer sheets and a list for the proctor; never a key.

    ``font`` is a TrueType file for texts that the fonts of every PDF reader cannot show. Raises
    `Refused` ("exam_not_published"), `Invalid` ("unprintable"); then no form is stored.
    """
    actor.require(Permission.SCHEDULE_SITTING)
    with context.transaction(actor) as uow:
        exam = exam_store.by_slug(uow.session, slug)
        if exam is None:
            raise NotFound("not_found")
        if exam.state != ExamState.PUBLISHED:
            raise Refused("exam_not_published", exam=slug)
        definition = exams.from_json(exam.definition)
        printed = tuple(_printed(uow, exam) for _ in range(count))
        pack = Pack(
            exam_title=exam.title,
            minutes=definition.time_limit_seconds // 60,
            instructions=definition.instructions,
            notice=PILOT_NOTICE if exam.standing == Standing.PILOT and definition.is_certification else "",
            sections=tuple(section.title for section in definition.sections),
            has_calculator=definition.has_calculator,
            forms=printed,
            pictures=_pictures(uow.session, printed),
        )
        uow.audit("print", "exam", exam.id, forms=[form.code for form in pack.forms])
        # Before the commit: forms that could not be printed are not kept.
        # Imported where it is used: drawing PDF takes longer to import than most commands take to run.
        from quizapp.integrations import pack_pdf

        return pack_pdf.draw(pack, uow.now, font)


def _printed(uow: UnitOfWork, exam: RowExam) -> PrintedForm:
    definition = exams.from_json(exam.definition)
    form = forms.build(uow, exam.id, definition, definition.blueprint, None, Purpose.LIVE)
    code = domain.form_code(uow.context.entropy.token(domain.CODE_LENGTH))
    uow.session.add(RowPrintedForm(form_id=form.id, code=code))
    uow.flush()
    return PrintedForm(code, items_of(uow.session, form.id))


def _pictures(session: Session, forms: Iterable[PrintedForm]) -> dict[str, PrintedPicture]:
    items = [item for form in forms for item in form.items]
    named = picture.names([[dict(item.presented), item.stimulus_text] for item in items])
    found = pictures.of_names(session, named)
    return {name: PrintedPicture(row.data, row.width, row.height) for name, row in found.items()}


def items_of(session: Session, form_id: UUID) -> tuple[PrintedItem, ...]:
    """The items of a form as its paper shows them."""
    return tuple(
        PrintedItem(
            served.position,
            served.section,
            presented(served),
            served.stimulus_title or "",
            served.stimulus_text or "",
        )
        for served in attempt_store.served_items(session, form_id)
    )


def presented(served: ServedItem) -> dict[str, object]:
    """One item in the order of its form."""
    order = blueprints.orderer(served.seed, str(served.item_version_id))
    return item_type(served.type).present(served.content, order)

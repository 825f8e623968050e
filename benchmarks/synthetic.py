"""A made-up exam of one form: 40 single-choice items with 5 options, and no other items beside them."""

from __future__ import annotations

from uuid import UUID

from quizapp.domain.blueprint import Blueprint, BlueprintRow
from quizapp.domain.exam import ExamDefinition, Mode
from quizapp.domain.item import Pool
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store.items import RowItem, RowItemBank, RowItemTask, RowItemVersion
from tests.support import banks, exams
from tests.support.people import TESTS

BANK = "synthetic"
TASKS = ("1.A", "1.B")
ITEMS = 40
OPTIONS = "abcde"
DEFINITION = ExamDefinition(
    title="Synthetic certification",
    mode=Mode.CERTIFICATION,
    blueprint=Blueprint(tuple(BlueprintRow(task, ITEMS // len(TASKS)) for task in TASKS)),
    time_limit_seconds=3600,
)
STEM = (
    "A partner asks for **help number {number}** and gives four facts about the place, the people, the "
    "money and the time. Two of the facts are older than a year, one contradicts the other three, and "
    "nobody has been asked yet. Which step comes first?"
)
OPTION = "Take step {name} of request {number} before anything is said about money or time"
RATIONALE = "Step {name} is {verdict}: the facts have to be known before anything is promised."


def publish(context: Context) -> UUID:
    """Load the framework and the bank, and publish the exam; gives its id."""
    banks.framework(context)
    with context.transaction(TESTS) as uow:
        bank = RowItemBank(
            id=uow.new_id(),
            bank_id=BANK,
            framework_id="small",
            framework_version="1",
            title="Synthetic bank",
            distribution="public",
            sme_review="pending",
            licence="CC-BY-4.0",
            language="en",
            notes=[],
            digest="d" * 64,
            loaded_at=uow.now,
        )
        uow.session.add(bank)
        uow.flush()
        for number in range(ITEMS):
            _item(uow, bank.id, number)
        uow.audit("load", "bank", bank.id)
    return exams.published(context, DEFINITION, slug="synthetic", bank_ids=(BANK,))


def _item(uow: UnitOfWork, bank_row_id: UUID, number: int) -> None:
    task, name = TASKS[number % len(TASKS)], f"synthetic-{number:02}"
    item = RowItem(
        id=uow.new_id(),
        bank_row_id=bank_row_id,
        item_id=name,
        pool=Pool.SECURE.value,
        status="approved",
        scoring_task=task,
    )
    uow.session.add(item)
    uow.flush()
    key = OPTIONS[number % len(OPTIONS)]
    options = [{"id": one, "text": OPTION.format(name=one, number=number)} for one in OPTIONS]
    verdicts = {one: "right" if one == key else "too early" for one in OPTIONS}
    version = RowItemVersion(
        id=uow.new_id(),
        item_row_id=item.id,
        number=1,
        digest=name.ljust(64, "0"),
        type="single_choice",
        content={"stem": STEM.format(number=number), "options": options, "lock_order": False},
        key={
            "keys": [key],
            "rationales": {one: RATIONALE.format(name=one, verdict=told) for one, told in verdicts.items()},
        },
        level="apply",
        difficulty=70,
        sources=[],
        enemies=[],
        author="Writer",
        reviewer="Reviewer",
        created_at=uow.now,
    )
    uow.session.add(version)
    uow.flush()
    uow.session.add(RowItemTask(item_version_id=version.id, position=0, task_code=task))
    item.current_version_id = version.id

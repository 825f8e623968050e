"""A small framework and a bank of approved items, written as rows: quick, and independent of files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from quizapp import resources
from quizapp.domain.item import Pool
from quizapp.services import frameworks
from quizapp.services.unit_of_work import Context, UnitOfWork
from quizapp.store.items import RowItem, RowItemBank, RowItemTask, RowItemVersion
from tests.support.people import TESTS

FRAMEWORK = {
    "id": "small",
    "version": "1",
    "function": "Small framework",
    "competencies": [
        {
            "code": "1.0",
            "title": "First",
            "description": "The first competency.",
            "tasks": [{"code": "1.A", "text": "Do A."}, {"code": "1.B", "text": "Do B."}],
        },
        {
            "code": "2.0",
            "title": None,
            "description": None,
            "tasks": [{"code": "2.A", "text": "Do C."}],
        },
    ],
}
PLENTY = {"1.A": 16, "1.B": 16}
SHIPPED = resources.folder("question_banks") / "security-cooperation"


def shipped_part(folder: Path, competencies: Sequence[str]) -> Path:
    """The shipped framework with items and exams of these competencies only: the whole takes long to load."""
    folder.mkdir()
    for name in ("framework.yaml", "bank.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    (folder / "exams").mkdir()
    for code in competencies:
        shutil.copytree(SHIPPED / code, folder / code)
        for exam in SHIPPED.glob(f"exams/{code}-*.yaml"):
            shutil.copy(exam, folder / "exams" / exam.name)
    return folder


def framework(context: Context) -> None:
    """Load the small framework: tasks 1.A, 1.B and 2.A."""
    frameworks.load(context, TESTS, FRAMEWORK)


def bank(
    context: Context,
    bank_id: str = "small-bank",
    *,
    secure: Mapping[str, int] = PLENTY,
    practice: Mapping[str, int] = PLENTY,
    distribution: str = "public",
    sme_review: str = "pending",
    framework_version: str = "1",
) -> UUID:
    """A bank with so many approved items per task in each pool."""
    with context.transaction(TESTS) as uow:
        row = RowItemBank(
            id=uow.new_id(),
            bank_id=bank_id,
            framework_id="small",
            framework_version=framework_version,
            title="Small bank",
            distribution=distribution,
            sme_review=sme_review,
            licence="CC-BY-4.0",
            language="en",
            notes=[],
            digest="d" * 64,
            loaded_at=uow.now,
        )
        uow.session.add(row)
        uow.flush()
        pools = ((Pool.SECURE, secure), (Pool.PRACTICE, practice))
        places = [
            (pool, task, number)
            for pool, counts in pools
            for task, count in counts.items()
            for number in range(count)
        ]
        if places:
            _items(uow, row.id, places)
        uow.audit("load", "bank", row.id)
        return row.id


def _items(uow: UnitOfWork, bank_row_id: UUID, places: Sequence[tuple[Pool, str, int]]) -> None:
    """One statement for each table: most tests begin with a bank."""
    items, versions, tasks = [], [], []
    for pool, task, number in places:
        item, version = _item(uow, bank_row_id, pool, task, number)
        items.append(item)
        versions.append(version)
        tasks.append({"item_version_id": version["id"], "position": 0, "task_code": task})
    for table, rows in ((RowItem, items), (RowItemVersion, versions), (RowItemTask, tasks)):
        uow.session.execute(insert(table), rows)
    of_item = select(RowItemVersion.id).where(RowItemVersion.item_row_id == RowItem.id).scalar_subquery()
    current = update(RowItem).where(RowItem.bank_row_id == bank_row_id).values(current_version_id=of_item)
    uow.session.execute(current, execution_options={"synchronize_session": False})


def _item(
    uow: UnitOfWork, bank_row_id: UUID, pool: Pool, task: str, number: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An item and its version, as rows."""
    item_id = f"{task.lower()}-{pool.value}-{number:02}"
    item = {
        "id": uow.new_id(),
        "bank_row_id": bank_row_id,
        "item_id": item_id,
        "pool": pool.value,
        "status": "approved",
        "scoring_task": task,
    }
    options = [{"id": "a", "text": "Right"}, {"id": "b", "text": "Wrong"}, {"id": "c", "text": "Also wrong"}]
    version = {
        "id": uow.new_id(),
        "item_row_id": item["id"],
        "number": 1,
        "digest": item_id.ljust(64, "0"),
        "type": "single_choice",
        "content": {"stem": f"Question {item_id}?", "options": options, "lock_order": False},
        "key": {"keys": ["a"], "rationales": {"a": "Yes.", "b": "No.", "c": "No."}},
        "level": "apply",
        "difficulty": 70,
        "sources": [],
        "enemies": [],
        "author": "Writer",
        "reviewer": "Reviewer",
        "created_at": uow.now,
    }
    return item, version

"""Files of items for the gates: one that waits, with everything a report can say, and one that was taken."""

from __future__ import annotations

import json

from quizapp.domain.person import Actor, Role
from quizapp.integrations.item_formats import archives, csv_items
from quizapp.services import item_imports, jobs
from quizapp.services.bank_imports import Defaults, Upload
from quizapp.store.items import RowItemBank
from tests.gates.conftest import Place

NUMBER = {"type": "numeric", "key": "3", "rationale": "Counted."}
FIELDS = {"level": "apply", "difficulty": 60, "answer": {"value": "3", "rationale": "Counted."}}


def made(place: Place) -> list[str]:
    """Paths of the reports, of somebody who writes items."""
    person_id = place.person_id("instructor")
    author = Actor(person_id, frozenset({Role.INSTRUCTOR}))
    with place.context.reading() as session:
        bank_id = session.query(RowItemBank.bank_id).order_by(RowItemBank.bank_id).limit(1).scalar()
    known = item_imports.of_bank(place.context, author, bank_id)
    if not known:
        _bring(place, author, bank_id)
        known = item_imports.of_bank(place.context, author, bank_id)
    return [f"/banks/{bank_id}/imports/{told.id}" for told in known]


def _bring(place: Place, author: Actor, bank_id: str) -> None:
    usual = Defaults(("1.A",))
    table = b"".join(
        csv_items.table(
            ["id", *NUMBER, "stem", "remark"],
            [
                {**NUMBER, "id": "brought-1", "stem": "How many permits?"},
                {**NUMBER, "id": "brought-2", "stem": "How many visas?", "key": "several"},
                {**NUMBER, "id": "brought-3", "stem": "How many permits?"},
            ],
        )
    )
    taken = item_imports.bring(place.context, author, Upload(bank_id, "csv", table, usual), "permits.csv")
    item_imports.confirm(place.context, author, taken, accepts_valid=True)
    jobs.run_due(place.context)
    waiting = [{"id": f"brought-{n}", "type": "numeric", "stem": f"How many {n}?", **FIELDS} for n in (4, 5)]
    folder = b"".join(archives.pack([("items.yaml", json.dumps({"items": waiting}).encode())]))
    item_imports.bring(place.context, author, Upload(bank_id, "yaml", folder, usual), "permits.zip")

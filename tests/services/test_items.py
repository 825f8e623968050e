"""Loading banks: whole or not at all, once, each wording frozen, pools one way only."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from quizapp import resources
from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item import digest_of
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import NOBODY, operator
from quizapp.ports import FixedClock
from quizapp.services import frameworks, items, items_check
from quizapp.services.items import BankLoaded
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store.audit import RowAuditLine
from tests.support import inventions
from tests.support.inventions import item, write_bank

TESTS = operator("tests")
TODAY = date(2026, 11, 25)
STIMULUS = {"id": "storm", "title": "A storm", "text": "The wind is rising."}


@pytest.fixture
def prepared(context: Context) -> Context:
    frameworks.load(context, TESTS, inventions.framework())
    return context


EVERY = len(ITEM_TYPES)


def everything() -> list[dict[str, Any]]:
    return [item(f"h-{kind}".replace("_", "-"), kind) for kind in ITEM_TYPES]


def counts(context: Context) -> tuple[int, ...]:
    tables = (store.RowItemBank, store.RowStimulus, store.RowItem, store.RowItemVersion, RowAuditLine)
    with context.reading() as session:
        return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def stored(context: Context) -> dict[str, store.StoredItem]:
    with context.reading() as session:
        bank = store.bank(session, "harbour-items")
        assert bank is not None
        found = {entry.item.item_id: entry for entry in store.stored(session, bank.id)}
        session.expunge_all()
        return found


def test_a_bank_of_every_type_comes_back_as_written(prepared: Context, tmp_path: Path) -> None:
    folder = write_bank(tmp_path, everything())
    loaded = items.load_bank(prepared, TESTS, folder)
    assert (loaded.items, loaded.new, loaded.revised, loaded.unchanged) == (EVERY, EVERY, 0, 0)
    bank = items_check.read(folder, None)
    with prepared.reading() as session:
        told = {
            item_id: store.to_domain(entry.item, entry.version, ["A.1"], None)
            for item_id, entry in stored(prepared).items()
        }
        row = store.bank(session, "harbour-items")
        assert row is not None
        assert row.digest == digest_of(sorted(e.version.digest for e in stored(prepared).values()))
    assert told == {entry.id: entry for entry in bank.items}


def test_loading_again_changes_nothing(prepared: Context, tmp_path: Path, clock: FixedClock) -> None:
    folder = write_bank(tmp_path, everything(), [STIMULUS])
    first = items.load_bank(prepared, TESTS, folder)
    before = counts(prepared)
    again = items.load_bank(prepared, TESTS, folder)
    assert again == BankLoaded("harbour-items", EVERY, 0, 0, EVERY, digest=first.digest)
    assert (counts(prepared), again.is_changed) == (before, False)


def test_only_changed_content_makes_a_version(prepared: Context, tmp_path: Path) -> None:
    first, second, third = item("h-1"), item("h-2"), item("h-3")
    items.load_bank(prepared, TESTS, write_bank(tmp_path, [first, second, third]))
    first["stem"] = "Which pilot signs for the ship?"
    second["reviewer"] = "Reviewer C"
    loaded = items.load_bank(prepared, TESTS, write_bank(tmp_path, [first, second, third]))
    assert (loaded.new, loaded.revised, loaded.reviewed, loaded.unchanged) == (0, 1, 1, 1)
    told = {name: (e.version.number, e.version.reviewer) for name, e in stored(prepared).items()}
    assert told == {"h-1": (2, "Reviewer B"), "h-2": (1, "Reviewer C"), "h-3": (1, "Reviewer B")}
    assert counts(prepared)[3] == 4


def test_another_scenario_text_is_another_version_of_its_items(prepared: Context, tmp_path: Path) -> None:
    sharing = [item("h-1", stimulus="storm"), item("h-2")]
    items.load_bank(prepared, TESTS, write_bank(tmp_path, sharing, [STIMULUS]))
    changed = [STIMULUS | {"text": "The wind has dropped."}]
    loaded = items.load_bank(prepared, TESTS, write_bank(tmp_path, sharing, changed))
    assert (loaded.revised, loaded.unchanged) == (1, 1)
    with prepared.reading() as session:
        bank = store.bank(session, "harbour-items")
        assert bank is not None
        current = store.current_stimuli(session, bank.id)["storm"]
        assert (current.number, current.text) == (2, "The wind has dropped.")
        session.expunge(current)
    assert stored(prepared)["h-1"].version.stimulus_version_id == current.id
    assert counts(prepared)[1] == 2


def test_a_vanished_item_is_reported_and_kept(prepared: Context, tmp_path: Path) -> None:
    items.load_bank(prepared, TESTS, write_bank(tmp_path, [item("h-1"), item("h-2")]))
    digest = items.load_bank(prepared, TESTS, write_bank(tmp_path, [item("h-1"), item("h-2")])).digest
    loaded = items.load_bank(prepared, TESTS, write_bank(tmp_path, [item("h-1")]))
    assert (loaded.missing, loaded.items, loaded.digest) == (("h-2",), 1, digest)
    assert sorted(stored(prepared)) == ["h-1", "h-2"]


def test_what_was_practised_never_becomes_secure(prepared: Context, tmp_path: Path) -> None:
    items.load_bank(prepared, TESTS, write_bank(tmp_path, [item("h-1", pool="practice"), item("h-2")]))
    before = counts(prepared)
    with pytest.raises(Refused) as refused:
        items.load_bank(prepared, TESTS, write_bank(tmp_path, [item("h-1"), item("h-2", difficulty=1)]))
    assert (refused.value.code, refused.value.facts) == ("practised_item", {"items": "h-1"})
    assert counts(prepared) == before
    items.load_bank(
        prepared, TESTS, write_bank(tmp_path, [item("h-1", pool="practice"), item("h-2", pool="practice")])
    )
    assert {e.item.pool for e in stored(prepared).values()} == {"practice"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "approved"),
        ({"reviewer": None}, "draft"),
        ({"reviewer": "author a "}, "draft"),
        ({"status": "in_review"}, "in_review"),
        ({"status": "retired"}, "retired"),
    ],
)
def test_nothing_is_approved_without_a_second_person(
    sqlite_context: Context, tmp_path: Path, changes: dict[str, Any], status: str
) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path, [item("h-1", **changes)]))
    assert stored(sqlite_context)["h-1"].item.status == status


def test_nothing_comes_back_from_retirement(sqlite_context: Context, tmp_path: Path) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path, [item("h-1", status="retired")]))
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path, [item("h-1", difficulty=1)]))
    assert stored(sqlite_context)["h-1"].item.status == "retired"


def test_a_broken_bank_loads_nothing_and_says_everything(prepared: Context, tmp_path: Path) -> None:
    before = counts(prepared)
    folder = write_bank(tmp_path, [item("h-1", pool="attic"), item("h-2", task="Z.9"), item("h-3")])
    with pytest.raises(Invalid) as invalid:
        items.load_bank(prepared, TESTS, folder)
    assert [(p.field, p.value, p.reason) for p in invalid.value.problems] == [
        ("pool", "attic", "unknown_value"),
        ("tasks[0]", "Z.9", "unknown_code"),
    ]
    assert counts(prepared) == before


def test_the_framework_must_be_loaded(sqlite_context: Context, tmp_path: Path) -> None:
    folder = write_bank(tmp_path, [item("h-1")])
    with pytest.raises(NotFound) as missing:
        items.load_bank(sqlite_context, TESTS, folder)
    assert missing.value.code == "framework_not_loaded"


def test_a_bank_stays_with_its_framework(sqlite_context: Context, tmp_path: Path) -> None:
    source = inventions.framework()
    frameworks.load(sqlite_context, TESTS, source)
    frameworks.load(sqlite_context, TESTS, source | {"id": "lighthouses"})
    items.load_bank(sqlite_context, TESTS, write_bank(tmp_path, [item("h-1")]))
    header = inventions.bank() | {"framework": "lighthouses"}
    with pytest.raises(Refused) as refused:
        items.load_bank(sqlite_context, TESTS, write_bank(tmp_path, [item("h-1")], header=header))
    assert refused.value.code == "other_framework"


def test_progress_and_permission(sqlite_context: Context, tmp_path: Path) -> None:
    frameworks.load(sqlite_context, TESTS, inventions.framework())
    folder = write_bank(tmp_path, [item("h-1"), item("h-2")])
    with pytest.raises(Forbidden):
        items.load_bank(sqlite_context, NOBODY, folder)
    told: list[tuple[int, int]] = []
    items.load_bank(sqlite_context, TESTS, folder, lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_the_shipped_bank_is_clean_and_loads_by_name(sqlite_context: Context) -> None:
    check = items.check_bank_files(Path("security-cooperation"), TODAY)
    assert check.problems == ()
    framework = resources.folder("question_banks") / "security-cooperation"
    frameworks.load(sqlite_context, TESTS, items_check.read_framework(framework).source)
    loaded = items.load_bank(sqlite_context, TESTS, Path("security-cooperation"))
    assert (loaded.bank_id, loaded.items, loaded.new) == ("security-cooperation", check.items, check.items)
    assert check.items >= 90

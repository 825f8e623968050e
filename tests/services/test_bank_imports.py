"""Bringing files into a bank: whole or not at all, once, as drafts, pictures included; and out again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.item import Pool
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import NOBODY, Actor, Role
from quizapp.integrations.item_formats import archives, csv_items
from quizapp.services import bank_exports, bank_imports, frameworks, item_imports, items, jobs, pictures
from quizapp.services.bank_imports import Defaults, Upload
from quizapp.services.unit_of_work import Context
from quizapp.store import items as store
from quizapp.store.audit import RowAuditLine
from quizapp.store.item_imports import RowItemImport
from quizapp.store.pictures import RowPicture
from tests.support import inventions
from tests.support.drawings import drawing
from tests.support.inventions import bank, dump, item, write_bank
from tests.support.people import TESTS, person

BANK = "harbour-items"
STORM = {"id": "storm", "title": "A storm", "text": "The wind is rising: ![a chart](media/chart.png)"}
MADE_TABLE = ("type", "stem", "a", "b", "key", "rationale_a", "rationale_b")


@pytest.fixture
def prepared(context: Context, tmp_path: Path) -> Context:
    """A loaded bank of one approved item of every type."""
    frameworks.load(context, TESTS, inventions.framework())
    each = [item(f"h-{kind}".replace("_", "-"), kind) for kind in ITEM_TYPES]
    items.load_bank(context, TESTS, write_bank(tmp_path / "bank", each))
    return context


def author(context: Context) -> Actor:
    return Actor(person(context, Role.INSTRUCTOR, name="Ann Author"), frozenset({Role.INSTRUCTOR}))


def table(*rows: dict[str, str]) -> bytes:
    columns = list(dict.fromkeys([*MADE_TABLE, *(name for row in rows for name in row)]))
    return b"".join(csv_items.table(columns, rows))


def row(stem: str, **cells: str) -> dict[str, str]:
    sound = {"type": "single_choice", "stem": stem, "a": "One", "b": "Two", "key": "b"}
    return {**sound, "rationale_a": "No.", "rationale_b": "Yes.", **cells}


def upload(data: bytes, form: str = "csv", **how: Any) -> Upload:
    return Upload(BANK, form, data, how.pop("defaults", Defaults(("A.1",))), **how)


def stored(context: Context) -> dict[str, tuple[int, str, str, str]]:
    """(number of wordings, author, status, pool) of every item of the bank."""
    with context.reading() as session:
        bank_row = store.bank(session, BANK)
        assert bank_row is not None
        return {
            told.item.item_id: (told.version.number, told.version.author, told.item.status, told.item.pool)
            for told in store.stored(session, bank_row.id)
        }


def rows_of(context: Context) -> list[int]:
    tables = (store.RowItem, store.RowItemVersion, store.RowStimulus, RowPicture, RowAuditLine, RowItemImport)
    with context.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def last_audit(context: Context) -> tuple[str, str, dict[str, Any]]:
    with context.reading() as session:
        line = session.scalars(select(RowAuditLine).order_by(RowAuditLine.id.desc())).first()
        assert line is not None
        return line.verb, line.object_id, line.facts


def test_a_table_is_looked_at_and_then_taken_once(prepared: Context) -> None:
    ann = author(prepared)
    data = table(
        row("First?", id="n1"), row("Second?", author="Bea Writer", pool="practice", status="approved")
    )
    before = rows_of(prepared)
    seen = bank_imports.preview(prepared, ann, upload(data))
    assert (rows_of(prepared), seen.is_stored, seen.taken) == (before, False, 2)
    done = bank_imports.import_items(prepared, ann, upload(data))
    assert (done.lines, done.is_stored) == (seen.lines, True)
    verb, noun_id, facts = last_audit(prepared)
    assert (verb, noun_id, facts["new"], facts["form"]) == ("import", BANK, 2, "csv")
    made = next(line.name for line in done.lines if line.name != "n1")
    told = stored(prepared)
    assert (told["n1"], told[made]) == (
        (1, "Ann Author", "draft", "secure"),
        (1, "Bea Writer", "draft", "practice"),
    )
    after = rows_of(prepared)
    again = bank_imports.import_items(prepared, ann, upload(data))
    assert [line.outcome for line in again.lines] == ["unchanged", "unchanged"]
    assert rows_of(prepared)[:4] == after[:4]


def test_all_or_nothing_or_what_is_sound(prepared: Context) -> None:
    data = table(row("Fine?", id="n1"), row("Bad?", id="n2", key="h"), row("Worse?", id="BAD", tasks="Z.1"))
    before = rows_of(prepared)
    with pytest.raises(Invalid) as caught:
        bank_imports.import_items(prepared, TESTS, upload(data))
    assert (caught.value.code, [(p.place, p.field, p.reason) for p in caught.value.problems]) == (
        "items_refused",
        [
            ("row 3: n2", "key", "unknown_option"),
            ("row 4: BAD", "id", "bad_id"),
            ("row 4: BAD", "tasks[0]", "unknown_code"),
        ],
    )
    assert rows_of(prepared) == before
    report = bank_imports.import_items(prepared, TESTS, upload(data, accepts_valid=True))
    assert (report.taken, [line.name for line in report.refused]) == (1, ["n2", "BAD"])
    back = bank_imports.rejected(report.refused)
    given = list(csv.DictReader(io.StringIO(back.decode("utf-8-sig"))))
    assert [(one["place"], one["stem"], "key ('h')" in one["reason"]) for one in given] == [
        ("row 3", "Bad?", True),
        ("row 4", "Worse?", False),
    ]
    # Put right in the very file that came back, they are taken.
    right = back.replace(b",h,", b",b,").replace(b"BAD", b"n3").replace(b"Z.1", b"A.1")
    assert bank_imports.import_items(prepared, TESTS, upload(right)).taken == 2


@pytest.mark.parametrize("form", ["csv", "xlsx", "yaml", "jsonl"])
def test_a_bank_goes_out_and_comes_back_unchanged(prepared: Context, form: str) -> None:
    told = bank_exports.export(prepared, TESTS, BANK, form)
    data = b"".join(told.pieces)
    assert (told.items, last_audit(prepared)[:2]) == (len(ITEM_TYPES), ("export", BANK))
    report = bank_imports.import_items(prepared, TESTS, upload(data, form))
    assert {line.outcome.value for line in report.lines} == {"unchanged"}
    # What was approved stays so: the file changed nothing about it.
    assert {status for _, _, status, _ in stored(prepared).values()} == {"approved"}
    assert bank_exports.plan(prepared, TESTS, BANK, form).losses == ()
    assert bank_imports.guess(told.name, data) == form


def test_other_words_make_a_new_draft_and_the_same_question_is_not_taken_twice(prepared: Context) -> None:
    told = b"".join(bank_exports.export(prepared, TESTS, BANK, "csv").pieces)
    changed = told.replace(b"A host nation may attach", b"A host nation can attach")
    report = bank_imports.import_items(prepared, TESTS, upload(changed))
    assert {line.name: line.outcome.value for line in report.lines}["h-true-false"] == "revised"
    assert stored(prepared)["h-true-false"] == (2, "Author A", "draft", "secure")
    renamed = told.replace(b"h-numeric", b"another-name")
    report = bank_imports.import_items(prepared, TESTS, upload(renamed))
    twin = next(line for line in report.lines if line.name == "another-name")
    assert (twin.outcome, twin.problems[0].value) == ("duplicate", "h-numeric")
    assert "another-name" not in stored(prepared)


def test_statuses_are_believed_of_operators_only(prepared: Context) -> None:
    data = table(row("Fine?", id="n1", status="approved", author="A", reviewer="B"))
    with pytest.raises(Forbidden):
        bank_imports.preview(prepared, author(prepared), upload(data, keeps_status=True))
    bank_imports.import_items(prepared, TESTS, upload(data, keeps_status=True))
    assert stored(prepared)["n1"][2] == "approved"
    practice = upload(
        data.replace(b"n1", b"n2").replace(b"Fine", b"Well"), defaults=Defaults(("A.1",), pool="practice")
    )
    bank_imports.import_items(prepared, TESTS, practice)
    assert stored(prepared)["n2"][3] == Pool.PRACTICE
    with pytest.raises(Invalid) as caught:
        bank_imports.import_items(prepared, TESTS, replace(practice, defaults=Defaults(("A.1",))))
    assert [p.reason for p in caught.value.problems] == ["practised_item"]


def test_pictures_travel_with_items_and_are_shown_to_who_is_signed_in(
    prepared: Context, tmp_path: Path
) -> None:
    """From a bank's folder into the database, out as an archive, into another bank, onto a page."""
    shown = item("h-map", stem="![a map](media/map.png) Where?", stimulus="storm")
    folder = write_bank(tmp_path / "more", [shown], [STORM])
    (folder / "media").mkdir()
    (folder / "media" / "map.png").write_bytes(drawing(colour="red"))
    with pytest.raises(Invalid, match="chart"):
        items.load_bank(prepared, TESTS, folder)
    (folder / "media" / "chart.png").write_bytes(drawing("JPEG"))
    first = items.load_bank(prepared, TESTS, folder)
    assert (first.new, items.load_bank(prepared, TESTS, folder).unchanged) == (1, 1)
    data = b"".join(bank_exports.export(prepared, TESTS, BANK, "yaml").pieces)
    media = [name for name in archives.open_archive(data).names if name.startswith("media/")]
    assert sorted(name[-4:] for name in media) == [".jpg", ".png"]
    dump(folder / "bank.yaml", bank() | {"id": "second-bank"})
    dump(folder / "items" / "all.yaml", {"items": []})
    items.load_bank(prepared, TESTS, folder)
    report = bank_imports.import_items(prepared, TESTS, Upload("second-bank", "yaml", data))
    assert (report.taken, rows_of(prepared)[3]) == (len(ITEM_TYPES) + 1, 2)
    ann = author(prepared)
    told = pictures.show(prepared, ann, media[0].removeprefix("media/"))
    assert told.media_type in {"image/png", "image/jpeg"}
    with pytest.raises(Forbidden):
        pictures.show(prepared, NOBODY, told.name)
    with pytest.raises(NotFound):
        pictures.show(prepared, ann, "x.png")
    assert pictures.add(prepared, TESTS, drawing(colour="red"), "Red").name in {name[6:] for name in media}


def test_a_picture_that_cannot_be_used_refuses_the_items_that_show_it(prepared: Context) -> None:
    source = item("n1", stem="![a map](media/map.png)")
    other = item("n2", stem="Fine?")
    files = [("items.yaml", inventions_yaml([source, other])), ("media/map.png", b"<svg/>")]
    data = b"".join(archives.pack(files))
    report = bank_imports.preview(prepared, TESTS, upload(data, "yaml"))
    assert [note.reason for note in report.notes] == ["picture_svg"]
    assert [(line.outcome.value, [p.reason for p in line.problems]) for line in report.lines] == [
        ("refused", ["no_such_picture"]),
        ("new", []),
    ]


def inventions_yaml(sources: list[dict[str, Any]]) -> bytes:
    return yaml.dump({"items": sources}, sort_keys=False).encode()


def test_what_is_no_import(prepared: Context) -> None:
    for act in (bank_imports.preview, bank_imports.import_items):
        with pytest.raises(Forbidden):
            act(prepared, NOBODY, upload(table(row("?"))))
        with pytest.raises(NotFound):
            act(prepared, TESTS, Upload("no-bank", "csv", table(row("?"))))
        with pytest.raises(NotFound):
            act(prepared, TESTS, upload(b"", "papyrus"))
        with pytest.raises(Invalid, match="no_items"):
            act(prepared, TESTS, upload(table()))


def test_a_page_keeps_a_file_and_a_job_takes_it(prepared: Context) -> None:
    ann, bob = (
        author(prepared),
        Actor(person(prepared, Role.INSTRUCTOR, name="Bob"), frozenset({Role.INSTRUCTOR})),
    )
    data = table(row("Fine?", id="n1"), row("Bad?", id="n2", key="h"))
    import_id = item_imports.bring(prepared, ann, upload(data), "my items.csv")
    told = item_imports.get(prepared, ann, import_id)
    assert (told.total, told.report.taken, told.is_running, told.report.is_stored) == (2, 1, False, False)
    assert [one.id for one in item_imports.of_bank(prepared, ann, BANK)] == [import_id]
    assert item_imports.of_bank(prepared, bob, BANK) == []
    with pytest.raises(NotFound):
        item_imports.get(prepared, bob, import_id)
    with pytest.raises(NotFound):
        item_imports.confirm(prepared, bob, import_id, accepts_valid=True)
    with pytest.raises(Refused, match="items_refused"):
        item_imports.confirm(prepared, ann, import_id, accepts_valid=False)
    item_imports.confirm(prepared, ann, import_id, accepts_valid=True)
    assert item_imports.get(prepared, ann, import_id).is_running
    jobs.run_due(prepared)
    told = item_imports.get(prepared, ann, import_id)
    assert (told.done, told.report.is_stored, told.refusal, told.is_running) == (2, True, "", False)
    assert stored(prepared)["n1"] == (1, "Ann Author", "draft", "secure")
    # Saying so again, and a second try of the job, change nothing.
    item_imports.confirm(prepared, ann, import_id, accepts_valid=True)
    before = rows_of(prepared)
    assert (jobs.run_due(prepared), rows_of(prepared)) == (0, before)
    same = item_imports.bring(prepared, ann, upload(table(row("Fine?", id="n1"))), "again.csv")
    with pytest.raises(Refused, match="nothing_new"):
        item_imports.confirm(prepared, ann, same, accepts_valid=False)


def test_a_bank_that_changed_meanwhile_is_not_overrun(prepared: Context) -> None:
    """Between looking and taking somebody made the item a practice item."""
    ann = author(prepared)
    import_id = item_imports.bring(prepared, ann, upload(table(row("Fine?", id="n1"))), "items.csv")
    item_imports.confirm(prepared, ann, import_id, accepts_valid=False)
    practised = upload(table(row("Fine?", id="n1", pool="practice")))
    bank_imports.import_items(prepared, TESTS, practised)
    jobs.run_due(prepared)
    told = item_imports.get(prepared, ann, import_id)
    assert (told.refusal, told.report.is_stored, told.is_running) == ("items_refused", False, False)
    assert [p.reason for line in told.report.refused for p in line.problems] == ["practised_item"]

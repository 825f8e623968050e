"""Our formats: what goes out comes back exactly, and what cannot be read is named where it stands."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
import yaml

from quizapp.domain.errors import Invalid
from quizapp.domain.exchange import Entry, Given, Outgoing, Package, Picture
from quizapp.domain.item import ItemVersion, read_item, to_source
from quizapp.domain.item_bank import Stimulus, read_bank
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats import FORMATS, archives, csv_items, item_format, xlsx_items
from quizapp.integrations.item_formats.cells import bare, neutral
from tests.support import inventions
from tests.support.drawings import drawing
from tests.support.inventions import item

OURS = ("csv", "xlsx", "yaml", "jsonl")
STORM = Stimulus("storm", "A storm", "The wind\n\nis *rising*.")


def version(source: Mapping[str, Any]) -> ItemVersion:
    told, problems = read_item(source)
    assert told, problems
    return told


def many() -> tuple[ItemVersion, ...]:
    """Every type, in texts and numbers of rows that tables find hard."""
    rows = [{"id": f"o{n}", "text": f"- {n} | ä", "rationale": "=1", "key": n == 3} for n in range(12)]
    hard = [
        item("hard-rows", options=rows, lock_order=False, rationale="'=2"),
        item("hard-text", "short_text", answers=[{"text": "a | b"}, {"text": " c"}], case_sensitive=True),
        item("hard-sources", sources=[_source("a | b", "1\n2"), _source("+c", "")], enemies=["hard-rows"]),
        item("hard-stem", stem='=HYPERLINK("x")\n\n* a; "b",\n  c\n', stimulus="storm", reviewer=None),
    ]
    each = [
        item(f"x-{kind}".replace("_", "-"), kind, stem=f"'-{ITEM_TYPES[kind].example()['stem']}")
        for kind in ITEM_TYPES
    ]
    return tuple(map(version, [*hard, *each]))


def _source(authority: str, section: str) -> dict[str, str]:
    return {"authority": authority, "section": section, "as_of": "2026-01", "review_by": "2028-01"}


@pytest.fixture(scope="module")
def outgoing() -> Outgoing:
    bank, _ = read_bank(inventions.bank())
    assert bank is not None
    pictures = (Picture("map.png", "image/png", drawing()),)
    return Outgoing(bank, many(), (STORM,), pictures, numbers={"hard-rows": 3})


def read(form: str, data: bytes, **fields: object) -> Package:
    reader = item_format(form).read
    assert reader is not None
    return reader(data, Given(("A.1",), fields))


def written(form: str, outgoing: Outgoing) -> bytes:
    writer = item_format(form).write
    assert writer is not None
    return b"".join(writer(outgoing))


@pytest.mark.parametrize("form", OURS)
def test_what_goes_out_comes_back(form: str, outgoing: Outgoing) -> None:
    data = written(form, outgoing)
    assert data == written(form, outgoing) or form == "xlsx"  # a workbook holds when it was made
    told = read(form, data, author="nobody", difficulty=1)
    assert [version(entry.source or {}) for entry in told.entries] == list(outgoing.items)
    assert told.stimuli == (STORM,)
    assert [picture.data for picture in told.pictures] == ([drawing()] if form in ("yaml", "jsonl") else [])
    assert len({entry.place for entry in told.entries}) == len(outgoing.items)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_is_a_table_of_sound_items(form: str) -> None:
    make = {"csv": csv_items.template, "xlsx": xlsx_items.template}[form]
    told = read(form, make(), author="Ann")
    assert [version(entry.source or {}).type for entry in told.entries] == list(ITEM_TYPES)


def test_no_cell_is_calculated() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "'=1", "''-1", "'x", "x", ""):
        cell = neutral(text)
        assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}
        assert bare(cell) == text
    book = openpyxl.load_workbook(io.BytesIO(xlsx_items.template()))
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert "f" not in kinds


def entry(table: str, **fields: object) -> Entry:
    return read("csv", table.encode(), **fields).entries[0]


def test_a_table_somebody_typed() -> None:
    """Semicolons, other columns and their order, spaces in the header, what is open filled in."""
    table = (
        "\ufeffStem;Type;Remark;a;b;C;key;rationale a;difficulty\r\n"
        "\r\n"
        '"Two\nlines?";single_choice;x;One;Two;Three;B;why;60.0\r\n'
    )
    told = read("csv", table.encode(), tasks=["A.1"], pool="secure", difficulty=10)
    assert [(note.field, note.reason) for note in told.notes] == [("remark", "unknown_column")]
    assert [(one.place, one.problems, one.source) for one in told.entries] == [
        (
            "row 3",
            (),
            {
                "tasks": ["A.1"],
                "pool": "secure",
                "difficulty": 60,
                "type": "single_choice",
                "stem": "Two\nlines?",
                "options": [
                    {"id": "a", "text": "One", "rationale": "why"},
                    {"id": "b", "text": "Two", "key": True},
                    {"id": "c", "text": "Three"},
                ],
            },
        )
    ]
    assert told.entries[0].original["stem"] == "Two\nlines?"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"type": "riddle"}, "type", "unknown_type"),
        ({"type": "single_choice", "a": "x", "c": "y"}, "b", "gap"),
        ({"type": "single_choice", "a": "x", "b": "y", "key": "z"}, "key", "unknown_option"),
        ({"type": "single_choice", "a": "x", "b": "y", "option_ids": "p"}, "option_ids", "wrong_count"),
        ({"type": "single_choice", "a": "x", "b": "y", "lock_order": "maybe"}, "lock_order", "not_yes_or_no"),
        ({"type": "true_false", "key": "a"}, "key", "bad_key"),
        ({"type": "ordering", "a": "x", "b": "y", "key": "a"}, "key", "bad_order"),
        ({"type": "matching", "a": "x", "prompt_1": "y", "key": "1:a"}, "key", "bad_pair"),
        ({"type": "matching", "a": "x", "prompt_1": "y", "key": "2=a"}, "key", "bad_pair"),
        ({"type": "numeric", "key": "3", "sources": "only a name"}, "sources", "bad_source"),
        ({"type": "numeric", "key": "3", "more": "[1]"}, "more", "not_json"),
        ({"type": "numeric", "stem": "x" * 32_768}, "stem", "too_long"),
        (
            {"type": "numeric", "key": "3", "stimulus": "s1", "stimulus_text": "x"},
            "stimulus_title",
            "missing",
        ),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(row: dict[str, str], field: str, reason: str) -> None:
    data = b"".join(csv_items.table(list({"stem": "?", **row}), [{"stem": "?", **row}]))
    told = read("csv", data).entries[0]
    assert [(p.field, p.reason) for p in told.problems] == [(field, reason)]


def test_scenarios_of_a_table_are_told_once() -> None:
    told = read(
        "csv",
        b"type,stem,stimulus,stimulus_title,stimulus_text\n"
        b"numeric,1?,s1,S,Words\nnumeric,2?,s1,,\nnumeric,3?,s1,S,Others\n",
    )
    assert told.stimuli == (Stimulus("s1", "S", "Words"),)
    assert [[p.reason for p in one.problems] for one in told.entries] == [[], [], ["told_twice"]]


BAD = [
    (b"", "missing_column", "not_zip", "empty_file", None),
    (b"\xff\xff", "not_utf8", "not_zip", "not_utf8", "not_utf8"),
    (b"%PDF-1.4\n%x", "missing_column", "not_zip", "bad_yaml", "not_jsonl"),
    (b'type,stem\n"x', "not_csv", "not_zip", "not_a_mapping", "not_jsonl"),
    (b"type,stem,type\n", "double_column", "not_zip", "not_a_mapping", "not_jsonl"),
    (b"PK\x03\x04 broken", "bad_character", "not_zip", "not_zip", "bad_character"),
    (b"items: []\n", "missing_column", "not_zip", "no_items", "not_jsonl"),
]


@pytest.mark.parametrize(("data", "csv", "xlsx", "yml", "jsonl"), BAD)
def test_a_file_that_is_none_of_ours(data: bytes, csv: str, xlsx: str, yml: str, jsonl: str | None) -> None:
    for form, reason in zip(OURS, (csv, xlsx, yml, jsonl), strict=True):
        if reason is None:
            assert read(form, data).entries == ()
            continue
        with pytest.raises(Invalid) as caught:
            read(form, data)
        assert (caught.value.code, caught.value.problems[0].reason) == ("bad_file", reason)


def test_workbooks_as_spreadsheets_save_them() -> None:
    """Numbers, booleans and empty rows, and an archive that is no workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["type", "stem", "key", "difficulty"],
        [None],
        ["true_false", "?", True, 60.0],
        ["numeric", 7, 3, "x"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    told = read("xlsx", out.getvalue())
    assert [one.place for one in told.entries] == ["row 3", "row 4"]
    first, second = (one.source or {} for one in told.entries)
    assert (first["options"][0], first["difficulty"]) == ({"id": "true", "key": True}, 60)  # type: ignore[index]
    assert (second["stem"], second["answer"], second["difficulty"]) == ("7", {"value": "3"}, "x")
    with pytest.raises(Invalid) as caught:
        read("xlsx", b"".join(archives.pack([("a.txt", b"x")])))
    assert caught.value.problems[0].reason == "not_a_workbook"


def test_a_workbook_leaves_out_what_no_cell_holds(outgoing: Outgoing) -> None:
    odd = Outgoing(outgoing.bank, (version(item("odd", stem="a\x0bb")), version(item("fine"))))
    losses = item_format("xlsx").losses(odd)
    assert [(loss.place, loss.field, loss.reason) for loss in losses] == [("odd", "stem", "item_left_out")]
    assert [one.name for one in read("xlsx", written("xlsx", odd)).entries] == ["fine"]


def test_a_table_says_which_pictures_it_does_not_hold(outgoing: Outgoing) -> None:
    shown = Outgoing(outgoing.bank, (version(item("map", stem="![a map](media/map.png)")),))
    assert [(loss.place, loss.value) for loss in item_format("csv").losses(shown)] == [("map", "map.png")]
    assert item_format("yaml").losses(shown) == []


def test_yaml_alone_and_in_folders(outgoing: Outgoing) -> None:
    one = yaml.dump({"items": [item("a"), item("b")]}).encode()
    assert read("yaml", one).entries[0].place == "items.yaml:2"
    inside = archives.open_archive(written("yaml", outgoing))
    files = [(f"my bank/{name}", inside.read(name)) for name in inside.names]
    extra = [("my bank/exams/x.yaml", b"a: 1"), ("my bank/readme.txt", b"x")]
    told = read("yaml", b"".join(archives.pack([*files, *extra])))
    assert len(told.entries) == len(outgoing.items)
    assert [note.reason for note in told.notes] == ["header_passed_over"]
    with pytest.raises(Invalid) as caught:
        read("yaml", b"items:\n- id: a\n  id: b\n")
    assert [(p.place, p.reason) for p in caught.value.problems] == [("items.yaml:3", "duplicate_key")]


def test_json_lines_as_they_always_were(outgoing: Outgoing) -> None:
    """The record of an item is what tools read already; a line that is none is told with its number."""
    lines = written("jsonl", outgoing).decode().splitlines()
    first = json.loads(lines[0])
    assert list(first)[:6] == ["id", "bank", "version", "digest", "type", "tasks"]
    assert (first["bank"], first["version"], len(lines)) == ("harbour-items", 3, len(outgoing.items) + 1)
    bad = "\n".join([lines[0], "{", json.dumps({"id": "x", "type": "numeric", "key": {}}), "", "[" * 9999])
    told = read("jsonl", bad.encode())
    assert [(e.place, [p.reason for p in e.problems]) for e in told.entries] == [
        ("line 1", []),
        ("line 2", ["not_json"]),
        ("line 3", ["not_an_item"]),
        ("line 5", ["not_json"]),
    ]


def test_formats_are_found_by_name() -> None:
    assert [FORMATS[name].name for name in OURS] == list(OURS)
    with pytest.raises(Exception, match="unknown_format"):
        item_format("papyrus")
    assert to_source(many()[0])["id"] == "hard-rows"

"""Bank files: plain data with lines; what could harm or confuse is refused and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizapp.integrations.item_formats import bank_files
from quizapp.integrations.item_formats.bank_files import read_bank, read_mapping

BILLION = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b]\n"


def told(folder: Path, text: str | bytes) -> list[tuple[int, str, str]]:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    entry, problems = read_mapping(path, "file.yaml")
    assert (entry is None) == bool(problems)
    return [(problem.line, problem.field, problem.reason) for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(0, "", "empty_file")]),
        ("- a\n- b\n", [(1, "", "not_a_mapping")]),
        ("a: 1\nb: 2\na: 3\n", [(3, "a", "duplicate_key")]),
        ("a:\n  b: 1\n  b: 2\nc: {d: 1, d: 2}\n", [(3, "a.b", "duplicate_key"), (4, "c.d", "duplicate_key")]),
        ("a: [1\n", [(2, "", "bad_yaml")]),
        ("a: 1\n---\nb: 2\n", [(2, "", "bad_yaml")]),
        ("a: !!python/object:os.system x\n", [(1, "a", "bad_value")]),
        ("a: !!set {x}\n", [(1, "a", "bad_tag")]),
        ("a: !!binary aGk=\n", [(1, "a", "bad_tag")]),
        ("1: a\n", [(1, "", "bad_key")]),
        ("a: 2026-99-99\n", [(1, "a", "bad_value")]),
        ('a: "x\\0y"\n', [(1, "a", "bad_character")]),
        ("a: &a [1]\nb: *a\n", [(2, "", "alias")]),
        (BILLION, [(2, "", "alias")]),
        ("a: " + "[" * 30 + "]" * 30 + "\n", [(1, "", "too_deep")]),
        (b"a: \xff\n", [(0, "", "not_utf8")]),
        (b"a: " + b"x" * bank_files.MAX_FILE_BYTES, [(0, "", "too_large")]),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, expected: list[tuple[int, str, str]]) -> None:
    assert told(tmp_path, text) == expected


def test_plain_data_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: text\nb: [1, true, null]\nc: {d: x}\n")
    entry, problems = read_mapping(path, "file.yaml")
    assert problems == []
    assert entry is not None
    assert entry.value == {"a": "text", "b": [1, True, None], "c": {"d": "x"}}


def test_a_field_path_leads_to_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(
        "id: h-1\noptions:\n  - id: a\n    text: x\n  - id: b\n    text: y\ntasks:\n  - A.1\n  - B.1\n"
    )
    entry, _ = read_mapping(path, "file.yaml")
    assert entry is not None
    paths = {
        "id": 1,
        "options": 3,
        "options[b]": 5,
        "options[b].text": 6,
        "options[b].rationale": 5,
        "options[#1].text": 4,
        "tasks[1]": 9,
        "nothing": 1,
    }
    assert {field: entry.line_of(field) for field in paths} == paths


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "bank.yaml").write_text("id: bank\n")
    (tmp_path / "framework.yaml").write_text("not: read\n")
    (tmp_path / "deep" / "b.yaml").write_text("items:\n  - id: h-2\n  - 7\nextra: 1\n")
    (tmp_path / "deep" / "a.yaml").write_text("stimuli:\n  - id: storm\nitems:\n  - id: h-1\n")
    (tmp_path / "deep" / "c.yaml").write_text("items: none\n")
    (tmp_path / "deep" / "notes.txt").write_text("not: read\n")
    (tmp_path / "exams").mkdir()
    (tmp_path / "exams" / "one.yaml").write_text("not: read\n")
    found = read_bank(tmp_path)
    assert found.files == ("bank.yaml", "deep/a.yaml", "deep/b.yaml", "deep/c.yaml")
    assert [(entry.name, entry.file, entry.line) for entry in found.items] == [
        ("h-1", "deep/a.yaml", 4),
        ("h-2", "deep/b.yaml", 2),
    ]
    assert [entry.name for entry in found.stimuli] == ["storm"]
    assert [(p.file, p.line, p.field, p.reason) for p in found.problems] == [
        ("deep/b.yaml", 3, "items[1]", "not_a_mapping"),
        ("deep/b.yaml", 4, "extra", "unknown_field"),
        ("deep/c.yaml", 1, "items", "not_a_list"),
    ]


def test_a_folder_without_a_header_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("items: []\n")
    assert [(p.file, p.reason) for p in read_bank(tmp_path).problems] == [("bank.yaml", "missing_file")]

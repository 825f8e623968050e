"""Word documents: lists that count by themselves, looks, tables, pictures, and what is not kept."""

from __future__ import annotations

from typing import Any

import pytest

from quizapp.domain.errors import Invalid
from quizapp.domain.exchange import Entry, Package
from quizapp.domain.item import read_item
from quizapp.integrations.item_formats.docx import FORMAT
from quizapp.integrations.item_formats.docx.numbering import counted
from tests.support import word_documents
from tests.support.generated_items import GIVEN
from tests.support.word_documents import document, packed, paragraph, picture, run, table

PNG = b"\x89PNG\r\n\x1a\n and so on"
LISTED = document(
    paragraph("1.A Harbours", style="Heading2"),
    paragraph("Which wind ", run("moves", "<w:b/>"), run(" a ship?", '<w:b w:val="0"/>'), style="Numbered"),
    table(["wind", "force"], ["south|west", "*5*"]),
    paragraph("the flag", number="3"),
    paragraph("the water", number="3"),
    paragraph(picture("rId10", "A [red] dot")),
    paragraph("Any wind", number="1", depth="1"),
    paragraph(run("No", "<w:i/>"), run(" wind", "<w:i/>"), number="1", depth="1"),
    paragraph(run("Answer:", "<w:b/>"), " a"),
    paragraph(run("Rationale a:", "<w:b/>"), " They all push."),
    paragraph("Another paragraph."),
    paragraph("Which papers?", style="Numbered"),
    paragraph("Crew list", number="1", depth="1"),
    paragraph("Menu", number="1", depth="1"),
    paragraph("Answer: A"),
    paragraph("Question 3", style="Mine"),
    paragraph("Which sea?"),
    paragraph("North", number="2"),
    paragraph("South", number="2"),
    paragraph("Answer: B"),
    paragraph(),
    paragraph("Which shore?"),
    paragraph("West", number="2"),
    paragraph("East", number="2"),
    paragraph("Answer: D"),
    paragraph(),
    paragraph("Which bank?"),
    paragraph("Left", number="4"),
    paragraph("Right", number="4"),
    paragraph("Answer: A"),
    pictures={"image1.png": PNG},
)


def read(data: bytes) -> Package:
    assert FORMAT.read is not None
    return FORMAT.read(data, GIVEN)


def keys(entry: Entry) -> list[str]:
    assert entry.source is not None
    assert read_item(entry.source)[1] == []
    rows: Any = entry.source["options"]
    return [row["text"] for row in rows if row.get("key")]


def test_lists_count_as_the_page_shows_them() -> None:
    package = read(LISTED)
    told = [(entry.place, entry.name, keys(entry)) for entry in package.entries]
    assert told == [
        ("paragraph 2", "Which wind **moves** a ship?", ["Any wind"]),
        ("paragraph 12", "Which papers?", ["Crew list"]),
        ("paragraph 16", "Which sea?", ["South"]),
        ("paragraph 22", "Which shore?", ["East"]),
        ("paragraph 27", "Which bank?", ["Left"]),
    ]
    wind = package.entries[0].source
    assert wind is not None
    assert wind["tasks"] == ["1.A"]
    assert wind["stem"] == (
        "Which wind **moves** a ship?\n\n| wind | force |\n| --- | --- |\n| south\\|west | \\*5\\* |\n\n"
        "- the flag\n- the water\n\n![A \\[red\\] dot](media/image1.png)"
    )
    rows: Any = wind["options"]
    assert [row["text"] for row in rows] == ["Any wind", "*No wind*"]
    assert rows[0]["rationale"] == "They all push.\n\nAnother paragraph."
    assert [(told.name, told.media_type, told.data) for told in package.pictures] == [
        ("image1.png", "image/png", PNG)
    ]


def test_bold_labels_are_labels() -> None:
    bold = "<w:b/>"
    package = read(
        document(
            paragraph(run("1. All bold?", bold)),
            paragraph(run("A)", bold), " one"),
            paragraph(run("B) two", bold)),
            paragraph(run("Answer: B", bold)),
        )
    )
    (entry,) = package.entries
    assert entry.source is not None
    rows: Any = entry.source["options"]
    assert entry.source["stem"] == "**All bold?**"
    assert [(row["text"], row.get("key", False)) for row in rows] == [("one", False), ("**two**", True)]


def test_what_a_text_cannot_show_is_told() -> None:
    tracked = "<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    package = read(
        document(
            paragraph(
                "1. H",
                run("2", '<w:vertAlign w:val="subscript"/>'),
                run("O n", ""),
                run("th", '<w:vertAlign w:val="superscript"/>'),
                run(" secret", "<w:vanish/>"),
                run(" x", '<w:u w:val="single"/>'),
                tracked,
                "<w:r><w:br/><w:t>line</w:t><w:footnoteReference/></w:r>",
                '<w:hyperlink><w:r><w:t xml:space="preserve"> link</w:t></w:r></w:hyperlink>',
            ),
            f"<w:sdt><w:sdtContent>{paragraph('inside a control')}</w:sdtContent></w:sdt>",
            paragraph(picture("rId10", ""), picture("rId99", "")),
            paragraph("Answer: 3", style="Round"),
            pictures={"image1.emf": b"no picture"},
        )
    )
    (entry,) = package.entries
    assert entry.source is not None
    assert entry.source["stem"] == "H₂O nth xnew\\\nline link\n\ninside a control"
    assert [(change.reason, change.value) for change in entry.changes] == [
        ("markup_dropped", "superscript"),
        ("markup_dropped", "u"),
        ("element_dropped", "footnoteReference"),
        ("picture_dropped", "word/media/image1.emf"),
        ("picture_dropped", ""),
        ("no_reason", ""),
    ]


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (3, "decimal", "3"),
        (3, "decimalZero", "03"),
        (28, "upperLetter", "AB"),
        (4, "lowerLetter", "d"),
        (1994, "upperRoman", "MCMXCIV"),
        (9, "lowerRoman", "ix"),
        (9, "none", ""),
    ],
)
def test_numbers_are_shown_in_the_list_s_own_way(number: int, kind: str, shown: str) -> None:
    assert counted(number, kind) == shown


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{\\rtf1 text}", "not_docx"),
        (b"\xd0\xcf\x11\xe0 an old .doc", "not_docx"),
        (b"PK\x03\x04 cut off", "not_zip"),
        (packed({"readme.txt": "no document"}), "not_docx"),
        (packed({"word/document.xml": "<x/>", "_rels/.rels": "<Relationships>"}), "not_xml"),
        (LISTED[: len(LISTED) // 2], "not_zip"),
        (packed({"../x": "", "_rels/.rels": ""}), "zip_bad_name"),
        (packed({"a": b"\0" * 70_000_000}), "zip_too_large"),
    ],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as raised:
        read(data)
    assert (raised.value.code, raised.value.problems[0].reason) == ("bad_file", reason)


def test_a_document_with_a_type_declaration_is_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "xx">]><a>&x;</a>'
    parts = {"word/document.xml": bomb, "_rels/.rels": word_documents.STYLES}
    with pytest.raises(Invalid):
        read(packed(parts))

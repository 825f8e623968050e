"""Files of strangers: refused as a whole with the reason, or entry by entry; never an error of ours."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.errors import Invalid
from quizapp.domain.exchange import Package
from quizapp.domain.item import read_item
from quizapp.integrations.item_formats import FORMATS
from quizapp.integrations.item_formats.text_files import MAX_LINE
from tests.support.generated_items import GIVEN, SIGNS
from tests.support.word_documents import document, paragraph

TEXT_FORMATS = ("gift", "aiken", "text")
ALL = (*TEXT_FORMATS, "moodle-xml", "docx")
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<quiz><question type="essay"><name><text>&b;</text></name></question></quiz>"""
FILE_OF_THE_HOST = (
    b"""<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>"""
)
#: Enough for anything that is not linear to be noticed, and soon done by what is.
LONG = 50_000
SIGNS_ALONE = ("[id:", "![", "\\(", "{", "~", "=", "a ", "* ", "_ ", "`", "<b>", "&#", "->", "1. ")
#: The same for gaps and formulas of Moodle.
SIGNS_OF_MOODLE = ("{1:SA:", "{1:MC:=a~", "{1:SA:=a}", "[[1]]", "<", "\\", "pow(", "{a}", "-(")


def read(name: str, data: bytes) -> Package:
    form = FORMATS[name].read
    assert form is not None
    return form(data, GIVEN)


def reason(name: str, data: bytes) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as raised:
        read(name, data)
    problem = raised.value.problems[0]
    return raised.value.code, problem.reason, problem.place


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_texts_that_are_none(name: str) -> None:
    assert reason(name, b"one\ntwo \xe9t\xe9 {T}") == ("bad_file", "not_utf8", "line 2")
    assert reason(name, b"one\n\0two") == ("bad_file", "bad_character", "line 2")
    assert reason(name, b"a\n" + b"x" * (MAX_LINE + 1)) == ("bad_file", "line_too_long", "line 2")
    for encoding in ("utf-8-sig", "utf-16"):
        assert len(read(name, "Größer?\nA. x\nB. y\nANSWER: A".encode(encoding)).entries) <= 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not_xml"),
        (b"<quiz><question>", "not_xml"),
        (b"<html></html>", "not_moodle_xml"),
        (LAUGHS, "xml_doctype"),
        (FILE_OF_THE_HOST, "xml_doctype"),
        (b"<quiz>" * 300 + b"</quiz>" * 300, "not_xml"),
        (b"<quiz>" * 210 + b"</quiz>" * 210, "xml_too_deep"),
        ('<?xml version="1.0" encoding="UTF-8"?><quiz>\xe9</quiz>'.encode("latin-1"), "not_xml"),
        (b"<quiz>" + b"x" * (64 * 1024 * 1024), "xml_too_large"),
    ],
)
def test_moodle_xml_that_is_none(data: bytes, expected: str) -> None:
    assert reason("moodle-xml", data)[:2] == ("bad_file", expected)


def test_an_encoding_that_is_declared_is_read() -> None:
    question = '<question type="essay"><name><text>Été</text></name></question>'
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?><quiz>{question}</quiz>'
    assert [entry.name for entry in read("moodle-xml", text.encode("latin-1")).entries] == ["Été"]


@pytest.mark.parametrize("text", SIGNS_ALONE)
def test_the_same_sign_over_and_over(text: str) -> None:
    """No pattern goes back over what it has read; else this would take hours."""
    line = (text * (LONG // len(text)))[:LONG]
    for name in TEXT_FORMATS:
        read(name, f"// {line}\nWhat {line}? {{=x {line}}}\nA) {line}\nB) y\nAnswer: {line}".encode())
    stem = f"<questiontext><text><![CDATA[{line}]]></text></questiontext>"
    read("moodle-xml", f'<quiz><question type="multichoice">{stem}</question></quiz>'.encode())
    read("docx", document(paragraph(f"1. {line}"), paragraph(f"Answer: {line}")))


@pytest.mark.parametrize("text", SIGNS_OF_MOODLE)
def test_gaps_and_formulas_over_and_over(text: str) -> None:
    line = escape((text * (LONG // len(text)))[:LONG])
    rows = f"<selectoption><text>{line}</text></selectoption><dragbox><text>{line}</text></dragbox>"
    rows += f'<answer fraction="100"><text>{line}</text></answer><graderinfo><text>{line}</text></graderinfo>'
    for kind in ("cloze", "gapselect", "ddwtos", "calculated", "essay"):
        stem = f"<questiontext><text>{line}</text></questiontext>"
        (entry,) = read(
            "moodle-xml", f'<quiz><question type="{kind}">{stem}{rows}</question></quiz>'.encode()
        ).entries
        assert bool(entry.problems) is (kind != "essay")


def test_a_question_with_thousands_of_answers_is_refused() -> None:
    answers = b"<answer/>" * 5_000
    for name, data in (
        ("moodle-xml", b'<quiz><question type="multichoice">%s</question></quiz>' % answers),
        ("gift", b"Q {%s}" % (b"~a" * 5_000)),
    ):
        (entry,) = read(name, data).entries
        assert [problem.reason for problem in entry.problems] == ["too_many_answers"]


SIGNS_OF_FORMATS = [
    "\n", "\n\n", "A) ", "B. ", "Answer: ", "ANSWER: B", "Type: matching", "1. ", "{", "}", "=", "~", "->",
    "#", "####", "::", "%50%", "// [id:x]", "// quizapp: {}", "$CATEGORY: x", "[html]", "<b>", "Rationale b:",
]  # fmt: skip
PIECES = st.lists(st.one_of(st.sampled_from(SIGNS_OF_FORMATS), st.text(SIGNS, max_size=12)), max_size=24)


@given(PIECES, st.sampled_from(TEXT_FORMATS))
def test_any_text_is_read_to_the_end(pieces: list[str], name: str) -> None:
    for entry in read(name, "".join(pieces).encode()).entries:
        assert entry.source is not None or entry.problems
        if entry.source is not None:
            item, problems = read_item(entry.source)
            assert item is not None or problems

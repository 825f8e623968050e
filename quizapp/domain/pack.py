"""The emergency pack: how a form is printed, and how what was written on paper is read back.

Every answer on paper is letters in rows, or a line of writing. Whoever keys it in types the
letters row by row: "B", "AC", "CABD", and "-" for a row left empty; several words with ";" between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quizapp.domain.errors import Invalid
from quizapp.domain.item_types import gaps, item_type
from quizapp.domain.item_types.base import Content

#: Letters and digits nobody mistakes for one another, written or read aloud.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
EMPTY_ROW = "-"
#: What paper calls the options that pages name in the reader's language.
WORDS = {"true": "True", "false": "False"}

Presented = Mapping[str, Any]


def form_code(random: bytes) -> str:
    """The code that a printed form carries on every page, for example "K7QM-2XRA"."""
    letters = [ALPHABET[byte % len(ALPHABET)] for byte in random[:CODE_LENGTH]]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def normalise_code(text: str) -> str:
    """A form code as it is stored, however it was typed."""
    told = "".join(letter for letter in text.upper() if letter.isalnum())
    return f"{told[:4]}-{told[4:]}"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of bubbles with its label, or (without letters) a line to write on."""

    label: str = ""
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSpace:
    """The place for one answer: rows, of which ``is_many`` says that several bubbles may be filled."""

    rows: tuple[AnswerRow, ...]
    is_many: bool = False


def answer_space(presented: Presented) -> AnswerSpace:
    """What the answer sheet offers for one item."""
    letters = _letters_of(presented, "options")
    match presented["type"]:
        case "ordering":
            return AnswerSpace(_numbered([letters] * len(letters)))
        case "matching":
            return AnswerSpace(_numbered([letters] * len(presented["prompts"])))
        case "dropdown_cloze":
            return AnswerSpace(_numbered([_letters_of(gap, "options") for gap in presented["gaps"]]))
        case "gap_text":
            return AnswerSpace(_numbered([_letters_of(presented, "words")] * len(presented["gaps"])))
        case "matrix":
            return AnswerSpace(_numbered([_letters_of(presented, "columns")] * len(presented["statements"])))
        case other:
            is_many = other == "multiple_response" or presented.get("several", False)
            return AnswerSpace((AnswerRow("", letters),), is_many=is_many)


def _letters_of(offering: Presented, field: str) -> tuple[str, ...]:
    return tuple(str(row["letter"]) for row in offering.get(field, ()))


def _numbered(rows: Iterable[tuple[str, ...]]) -> tuple[AnswerRow, ...]:
    return tuple(AnswerRow(str(number), letters) for number, letters in enumerate(rows, 1))


def lines(presented: Presented) -> Iterator[tuple[str, str]]:
    """What is printed below a stem, row by row: (letter or number, text)."""
    if presented.get("picture", {}).get("name"):
        yield "", f"![{presented['picture']['alt']}](media/{presented['picture']['name']})"
    if "gaps" in presented:
        yield "", gaps.printed(presented["gaps"], presented["after"])
        for gap in presented["gaps"]:
            if "options" in gap:
                told = (f"{option['letter']} {option['text']}" for option in gap["options"])
                yield str(gap["number"]), "   ".join(told)
    for word in presented.get("words", ()):
        yield word["letter"], word["text"]
    for number, prompt in enumerate(presented.get("prompts", ()), 1):
        yield str(number), prompt["text"]
    for statement in presented.get("statements", ()):
        yield str(statement["number"]), statement["text"]
    for option in (*presented.get("options", ()), *presented.get("columns", ())):
        yield option["letter"], option.get("text") or WORDS.get(option["id"], option["id"])
    if presented.get("unit"):
        yield "", f"In {presented['unit']}."


def read(content: Content, presented: Presented, typed: str) -> dict[str, Any] | None:
    """The canonical response for what was typed off an answer sheet, None when nothing was written.

    Raises `Invalid` ("bad_response") for letters that are not on the form, or too many rows.
    """
    text = typed.strip()
    if not text:
        return None
    said = _READ[presented["type"]](presented, text)
    return item_type(presented["type"]).accept(content, said)


def written(presented: Presented, response: Mapping[str, Any] | None) -> str:
    """How a response would be typed off the sheet: the inverse of `read`."""
    if response is None:
        return ""
    letters = {option["id"]: option["letter"] for option in presented.get("options", ())}
    match presented["type"]:
        case "single_choice" | "true_false":
            return str(letters[response["choice"]])
        case "multiple_response" | "hotspot":
            return "".join(sorted(letters[identifier] for identifier in response["choices"]))
        case "ordering":
            by_rank = {rank: letters[identifier] for identifier, rank in response["ranks"].items()}
            return "".join(by_rank.get(rank, EMPTY_ROW) for rank in range(1, max(by_rank) + 1))
        case "matching":
            pairs = response["pairs"]
            prompts = (prompt["id"] for prompt in presented["prompts"])
            return "".join(letters[pairs[name]] if name in pairs else EMPTY_ROW for name in prompts)
        case "dropdown_cloze":
            return "".join(_letter_in(gap, response["gaps"]) for gap in presented["gaps"])
        case "matrix":
            letters = {column["id"]: column["letter"] for column in presented["columns"]}
            told = (response["cells"].get(row["id"]) for row in presented["statements"])
            return "".join(letters.get(column, EMPTY_ROW) for column in told)
        case "gap_text":
            return _words_written(presented, response["words"])
        case _:
            return str(response.get("text", response.get("number", "")))


def _letter_in(gap: Presented, chosen: Mapping[str, str]) -> str:
    told = (option["letter"] for option in gap["options"] if option["id"] == chosen.get(gap["id"]))
    return str(next(told, EMPTY_ROW))


def _words_written(presented: Presented, words: Mapping[str, str]) -> str:
    letters = {word["id"]: word["letter"] for word in presented["words"]}
    told = [words.get(gap["id"], EMPTY_ROW) for gap in presented["gaps"]]
    return "".join(letters.get(word, EMPTY_ROW) for word in told) if letters else "; ".join(told)


def _letters(presented: Presented, text: str) -> list[str]:
    """The ids of the typed letters, "" for an empty row; spaces, commas and case do not matter."""
    return [_id_of(presented["options"], letter) for letter in _typed(text)]


def _typed(text: str) -> list[str]:
    return [letter for letter in text.upper() if letter not in " ,;."]


def _id_of(rows: Iterable[Presented], letter: str) -> str:
    by_letter = {row["letter"]: row["id"] for row in rows} | {EMPTY_ROW: ""}
    if letter not in by_letter:
        raise Invalid("bad_response")
    return str(by_letter[letter])


def _one(presented: Presented, text: str) -> object:
    ids = _letters(presented, text)
    if len(ids) != 1:
        raise Invalid("bad_response")
    return {"choice": ids[0]}


def _many(presented: Presented, text: str) -> object:
    return {"choices": [identifier for identifier in _letters(presented, text) if identifier]}


def _ranks(presented: Presented, text: str) -> object:
    ids = _rows(_letters(presented, text), len(presented["options"]))
    chosen = [identifier for identifier in ids if identifier]
    if len(set(chosen)) != len(chosen):
        raise Invalid("bad_response")
    return {"ranks": {identifier: rank for rank, identifier in enumerate(ids, 1) if identifier}}


def _pairs(presented: Presented, text: str) -> object:
    prompts = [prompt["id"] for prompt in presented["prompts"]]
    ids = _rows(_letters(presented, text), len(prompts))
    return {"pairs": dict(zip(prompts, ids, strict=False))}


def _gaps(presented: Presented, text: str) -> object:
    letters = _rows(_typed(text), len(presented["gaps"]))
    told = zip(presented["gaps"], letters, strict=False)
    return {"gaps": {gap["id"]: _id_of(gap["options"], letter) for gap, letter in told}}


def _words(presented: Presented, text: str) -> object:
    """A letter a gap where there is a pool, else a word a gap with semicolons between them."""
    names = [gap["id"] for gap in presented["gaps"]]
    told = _typed(text) if presented["words"] else [word.strip() for word in text.split(";")]
    rows = _rows(told, len(names))
    if presented["words"]:
        rows = [_id_of(presented["words"], letter) for letter in rows]
    return {"words": {name: "" if row == EMPTY_ROW else row for name, row in zip(names, rows, strict=False)}}


def _cells(presented: Presented, text: str) -> object:
    letters = _rows(_typed(text), len(presented["statements"]))
    told = zip(presented["statements"], letters, strict=False)
    return {"cells": {row["id"]: _id_of(presented["columns"], letter) for row, letter in told}}


def _rows(ids: list[str], most: int) -> list[str]:
    if len(ids) > most:
        raise Invalid("bad_response")
    return ids


_READ: Mapping[str, Callable[[Presented, str], object]] = {
    "single_choice": _one,
    "true_false": _one,
    "multiple_response": _many,
    "hotspot": _many,
    "ordering": _ranks,
    "matching": _pairs,
    "dropdown_cloze": _gaps,
    "gap_text": _words,
    "matrix": _cells,
    "numeric": lambda _presented, text: {"number": text},
    "parametrised_numeric": lambda _presented, text: {"number": text},
    "short_text": lambda _presented, text: {"text": text},
    "essay": lambda _presented, text: {"text": text},
}


# --- what a pack holds ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """One item on paper; there is no field for a key."""

    position: int
    section: int
    presented: Presented
    stimulus_title: str = ""
    stimulus_text: str = ""


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form and the code that stands on each of its pages."""

    code: str
    items: tuple[PrintedItem, ...]


@dataclass(frozen=True, slots=True)
class PrintedPicture:
    """A picture of the pack's items; its size in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that is printed for the day when nothing works."""

    exam_title: str
    minutes: int
    instructions: str
    notice: str
    sections: tuple[str, ...]
    forms: tuple[PrintedForm, ...]
    has_calculator: bool = False
    #: by the name texts call them by
    pictures: Mapping[str, PrintedPicture] = field(default_factory=dict)


def differences(first: Mapping[str, object], second: Mapping[str, object]) -> list[int]:
    """The slots where two readings of a paper are not the same; a slot left out was left empty."""
    slots: Sequence[str] = sorted({*first, *second}, key=int)
    return [int(slot) for slot in slots if first.get(slot) != second.get(slot)]

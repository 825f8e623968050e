"""The emergency pack: how a form is printed, and how what was written on paper is read back.

Every answer on paper is letters in rows, or a line of writing. Whoever keys it in types the
letters row by row: "B", "AC", "CABD", and "-" for a row left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizapp.domain.errors import Invalid
from quizapp.domain.item_types import item_type
from quizapp.domain.item_types.base import Content

#: Letters and digits nobody mistakes for one another, written or read aloud.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
EMPTY_ROW = "-"

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
class AnswerSpace:
    """The place for one answer: a row of bubbles per label, or (without letters) a line to write on.

    ``is_many`` says that more than one bubble of a row may be filled.
    """

    rows: tuple[str, ...]
    letters: tuple[str, ...] = ()
    is_many: bool = False


def answer_space(presented: Presented) -> AnswerSpace:
    """What the answer sheet offers for one item."""
    letters = tuple(str(option["letter"]) for option in presented.get("options", ()))
    match presented["type"]:
        case "ordering":
            return AnswerSpace(tuple(str(rank) for rank in range(1, len(letters) + 1)), letters)
        case "matching":
            prompts = range(1, len(presented["prompts"]) + 1)
            return AnswerSpace(tuple(str(number) for number in prompts), letters)
        case other:
            return AnswerSpace(("",), letters, is_many=other == "multiple_response")


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
        case "multiple_response":
            return "".join(sorted(letters[identifier] for identifier in response["choices"]))
        case "ordering":
            by_rank = {rank: letters[identifier] for identifier, rank in response["ranks"].items()}
            return "".join(by_rank.get(rank, EMPTY_ROW) for rank in range(1, max(by_rank) + 1))
        case "matching":
            pairs = response["pairs"]
            prompts = (prompt["id"] for prompt in presented["prompts"])
            return "".join(letters[pairs[name]] if name in pairs else EMPTY_ROW for name in prompts)
        case _:
            return str(response.get("text", response.get("number", "")))


def _letters(presented: Presented, text: str) -> list[str]:
    """The ids of the typed letters, "" for an empty row; spaces, commas and case do not matter."""
    by_letter = {option["letter"]: option["id"] for option in presented["options"]} | {EMPTY_ROW: ""}
    told = [letter for letter in text.upper() if letter not in " ,;."]
    if any(letter not in by_letter for letter in told):
        raise Invalid("bad_response")
    return [by_letter[letter] for letter in told]


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


def _rows(ids: list[str], most: int) -> list[str]:
    if len(ids) > most:
        raise Invalid("bad_response")
    return ids


_READ: Mapping[str, Callable[[Presented, str], object]] = {
    "single_choice": _one,
    "true_false": _one,
    "multiple_response": _many,
    "ordering": _ranks,
    "matching": _pairs,
    "numeric": lambda _presented, text: {"number": text},
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
class Pack:
    """Everything that is printed for the day when nothing works."""

    exam_title: str
    minutes: int
    instructions: str
    notice: str
    sections: tuple[str, ...]
    forms: tuple[PrintedForm, ...]
    has_calculator: bool = False


def differences(first: Mapping[str, object], second: Mapping[str, object]) -> list[int]:
    """The slots where two readings of a paper are not the same; a slot left out was left empty."""
    slots: Sequence[str] = sorted({*first, *second}, key=int)
    return [int(slot) for slot in slots if first.get(slot) != second.get(slot)]

"""Texts with gaps: Moodle marks one by a number, `[[1]]`, or writes all of it into the text, `{1:SA:=a}`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from quizapp.domain.item_types.gaps import MARK
from quizapp.integrations.item_formats import markdown_text, numbers
from quizapp.integrations.item_formats.drafts import option_ids

#: While a text is put together or taken apart a gap is a number between two signs of private use.
_OPEN, _CLOSE = "\ue010", "\ue011"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_NUMBERED = re.compile(r"\[\[(\d{1,3})\]\]")
#: No brace inside but behind a backslash: a text of many beginnings without an end is read once.
_CLOZE = re.compile(r"\{(\d*):([A-Z_]{2,20}):((?:\\.|[^\\{}])*)\}", re.DOTALL)
_ALTERNATIVE = re.compile(r"((?:\\.|[^\\~])*)(?:~|$)", re.DOTALL)
_PARTS = re.compile(r"\s*(?:(=)|%(-?[\d.]+)%)?((?:\\.|[^\\#])*)", re.DOTALL)
_ESCAPE = re.compile(r'[\\}{#~="/*]')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TAG = re.compile("<[^<>]*>")
#: What a part of a cloze question is asked with.
_CHOICES = re.compile(r"MULTICHOICE(_[VH]?S?)?|MC[VH]?S?")
_STRICT = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_WORDS = frozenset({"SHORTANSWER", "SA", "MW"}) | _STRICT
CHOICES, WORDS = "choices", "words"
#: The share of a right answer.
FULL = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One gap of a cloze question: how it is asked, and (share in per cent, text) of its answers."""

    kind: str
    is_strict: bool
    answers: tuple[tuple[float, str], ...]
    has_wildcard: bool = False


# --- writing ----------------------------------------------------------------------------


def with_places(source: Mapping[str, Any]) -> str:
    """Stem and text of an item as one Markdown text, each gap a place for `put`."""
    before, names = MARK.split(source["text"])[0::2], MARK.findall(source["text"])
    marks = [f"{_OPEN}{place}{_CLOSE}" for place in range(len(names))]
    plain = "".join(text + mark for text, mark in zip(before, [*marks, ""], strict=True))
    return f"{source['stem'].rstrip()}\n\n" + markdown_text.escaped(plain).replace("\n", "\\\n")


def put(text: str, gaps: Sequence[str]) -> str:
    """The written text with what stands for each gap in its place."""
    return _PLACE.sub(lambda place: gaps[int(place[1])], text)


def cloze(texts: Sequence[str], is_strict: bool, is_html: bool) -> str:
    """A gap in which any of these words is right."""
    told = "~".join("=" + _ESCAPE.sub(r"\\\g<0>", text) for text in texts)
    kind = "SHORTANSWER_C" if is_strict else "SHORTANSWER"
    return f"{{1:{kind}:{escape(told, quote=False) if is_html else told}}}"


# --- reading ----------------------------------------------------------------------------


def numbered(text: str) -> tuple[str, list[int]]:
    """The text with a place for each `[[n]]`, and the numbers in order."""
    found = [int(number) for number in _NUMBERED.findall(text)]
    return _placed(_NUMBERED, text), found


def parts(text: str) -> tuple[str, list[Part | str]]:
    """The text with a place for each part of a cloze question, and the parts; a str names a kind unknown."""
    return _placed(_CLOZE, text), [_part(kind, told) for _weight, kind, told in _CLOZE.findall(text)]


def _placed(mark: re.Pattern[str], text: str) -> str:
    clean = text.replace(_OPEN, "").replace(_CLOSE, "")
    places = iter(range(len(text)))
    return mark.sub(lambda _found: f"{_OPEN}{next(places)}{_CLOSE}", clean)


def _part(kind: str, text: str) -> Part | str:
    if kind not in _WORDS and not _CHOICES.fullmatch(kind):
        return kind
    answers, has_wildcard = [], False
    for told in _ALTERNATIVE.findall(text):
        is_right, share, words = _PARTS.match(told).groups()  # type: ignore[union-attr]
        plain = " ".join(words_of(words).split())
        if kind in _WORDS and "*" in words.replace("\\*", ""):
            has_wildcard = True
        elif plain:
            answers.append((FULL if is_right else float(numbers.exact(share or "0") or 0), plain))
    how = WORDS if kind in _WORDS else CHOICES
    return Part(how, kind in _STRICT, tuple(dict.fromkeys(answers)), has_wildcard)


def words_of(text: str) -> str:
    """The words of a choice, which may be HTML and may have signs behind backslashes."""
    return unescape(_TAG.sub("", _ESCAPED.sub(r"\1", text)))


def divided(markdown: str, names: Sequence[str]) -> tuple[str, str]:
    """(stem, text) of a text with places: the text begins with the block of the first gap.

    ``names`` are the ids of the gaps, in order.
    """
    blocks = markdown.strip().split("\n\n")
    first = next((at for at, block in enumerate(blocks) if _PLACE.search(block)), len(blocks))
    text = markdown_text.words("\n\n".join(blocks[first:])).replace("[[", "[ [")
    return "\n\n".join(blocks[:first]), _PLACE.sub(lambda place: f"[[{names[int(place[1])]}]]", text)


def names_for(count: int) -> list[str]:
    """An id for each gap."""
    return [f"g{number}" for number in range(1, count + 1)]


def drop_down(name: str, texts: Sequence[str], keys: Collection[int]) -> dict[str, Any]:
    """A gap with options, in the author's form; ``keys`` are the places of those that are right."""
    rows: list[dict[str, Any]] = []
    for place, (told, text) in enumerate(zip(option_ids(len(texts)), texts, strict=True)):
        rows.append({"id": told, "text": text} | ({"key": True} if place in keys else {}))
    return {"id": name, "options": rows}

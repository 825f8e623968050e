"""The grammar of GIFT: questions set apart by empty lines, comments, escapes, and the parts of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: A backslash before one of these takes its meaning away; before an n it makes a line end.
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_RESERVED = "\\:#={}~\n"
#: Stand for escaped characters while a question is taken apart: a text file holds none of them.
_STAND_INS = "".join(chr(number) for number in range(1, 1 + len(_RESERVED)))
_HIDE = dict(zip(_RESERVED, _STAND_INS, strict=True))
_SHOW = str.maketrans(_STAND_INS, _RESERVED)

FORMATS = frozenset({"html", "moodle", "plain", "markdown"})
USUAL_FORMAT = "moodle"
CATEGORY = "$CATEGORY:"
OWN = "// quizapp:"
BLANK = "_____"
_ID = re.compile(r"\[id:((?:\\\]|[^\]]){1,200})\]")
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]<>`]){1,200})\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,10})?)%")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between two empty ones, and the number of the first in the file."""

    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the format it is written in."""

    text: str
    format: str


@dataclass(slots=True)
class Parts:
    """One question taken apart; ``answers`` still hides its escaped characters, None without braces."""

    name: str = ""
    identifier: str = ""
    tags: list[str] = field(default_factory=list)
    own: str | None = None
    stem: Text = field(default_factory=lambda: Text("", USUAL_FORMAT))
    answers: str | None = None
    feedback: Text = field(default_factory=lambda: Text("", USUAL_FORMAT))
    is_unbalanced: bool = False


def blocks(text: str) -> Iterator[Block]:
    """The questions of a file and what stands between them; a category is a block of its own."""
    begun, lines = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        is_category = line.strip().startswith(CATEGORY)
        if (not line.strip() or is_category) and lines:
            yield Block(begun, tuple(lines))
            lines = []
        if is_category:
            yield Block(number, (line,))
        elif line.strip():
            begun = begun if lines else number
            lines.append(line)


def parts(block: Block) -> Parts | None:
    """A question; None for comments alone."""
    found = Parts()
    comments = [line.strip() for line in block.lines if line.strip().startswith("//")]
    told = [line for line in block.lines if not line.strip().startswith("//")]
    _read_comments(found, comments)
    text = _ESCAPE.sub(lambda match: _HIDE["\n" if match[1] == "n" else match[1]], "\n".join(told)).strip()
    if not text:
        return None
    if text.startswith("::") and "::" in text[2:]:
        name, _, text = text[2:].partition("::")
        found.name = shown(name).strip()
    _read_body(found, text.strip())
    return found


def _read_comments(found: Parts, comments: list[str]) -> None:
    for comment in comments:
        if comment.startswith(OWN):
            found.own = comment[len(OWN) :].strip()
            continue
        named = _ID.search(comment)
        if named and not found.identifier:
            found.identifier = named[1].replace("\\]", "]").strip()
        found.tags += [tag.replace("\\]", "]").strip() for tag in _TAG.findall(comment)]


def _read_body(found: Parts, text: str) -> None:
    """Stem, answers and general feedback."""
    before, opening, rest = text.partition("{")
    answers, closing, after = rest.partition("}")
    found.is_unbalanced = bool(opening) != bool(closing) or "}" in before or "{" in answers + after
    if not opening or found.is_unbalanced:
        found.stem = formatted(text, USUAL_FORMAT)
        return
    # Text behind the braces makes them a gap in a sentence.
    found.stem = formatted(f"{before}{BLANK}{after}" if after.strip() else before, USUAL_FORMAT)
    answers, mark, feedback = answers.rpartition("####")
    if not mark:
        answers, feedback = feedback, ""
    found.answers = answers.strip()
    found.feedback = formatted(feedback, found.stem.format)


def formatted(text: str, usual: str) -> Text:
    """A text, and the format it names in brackets before it."""
    text = text.strip()
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        if bracket and name in FORMATS:
            return Text(shown(rest.strip()), name)
    return Text(shown(text), usual)


def shown(text: str) -> str:
    """The text with its escaped characters."""
    return text.translate(_SHOW)


def weighed(answer: str, usual: str) -> tuple[str, str]:
    """(weight in per cent, the rest) of an answer that may begin with a weight."""
    match = _WEIGHT.match(answer)
    return (match[1], answer[match.end() :]) if match else (usual, answer)


def escape(text: str) -> str:
    """A text on one line, every character of the grammar escaped."""
    return re.sub(r"[\\:#={}~]", r"\\\g<0>", text).replace("\n", "\\n")


def escape_tag(text: str) -> str:
    """A text within the brackets of an id or a tag."""
    return text.replace("]", "\\]")

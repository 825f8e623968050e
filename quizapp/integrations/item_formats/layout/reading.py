"""Questions in the plain layout people type in a word processor, line by line.

A question begins with a number or below a heading, its options with letters, and facts about it stand
in lines of their own with a name and a colon (docs/item-formats.md shows one). Word documents and
pasted text are read by the same rules; they differ in how their lines are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from quizapp.domain.exchange import Entry, Given
from quizapp.domain.item import shown
from quizapp.integrations.item_formats.layout.items import build
from quizapp.integrations.item_formats.layout.lines import Line, Option, Question, plain

QUESTION = re.compile(r"(?:(?:question|q)\s*)?\d{1,4}\s*[.):](?:\s+(.*))?|question\s+\d{1,4}", re.I | re.S)
OPTION = re.compile(r"(\\?\*)?\s*\(?([A-Za-z])[.)]\s+(.*)", re.S)
FIELD = re.compile(r"([A-Za-z][A-Za-z ]{1,20}?)(?:\s+([A-Za-z]))?\s*:\s*(.*)", re.S)
#: A label somebody made bold, alone or with the whole line.
_BOLD_LABEL = re.compile(
    r"(\*{1,3})(\(?[A-Za-z][.)]|(?:question |q)?\d{1,4}[.):]|[A-Za-z][A-Za-z ]{1,22}:)(.*)", re.I | re.S
)

#: What people write before the colon -> the field it fills.
NAMES: Mapping[str, str] = {
    "answer": "answer",
    "answers": "answer",
    "key": "answer",
    "rationale": "rationale",
    "explanation": "rationale",
    "feedback": "rationale",
    "task": "tasks",
    "tasks": "tasks",
    "level": "level",
    "difficulty": "difficulty",
    "pool": "pool",
    "source": "sources",
    "sources": "sources",
    "author": "author",
    "reviewer": "reviewer",
    "id": "id",
    "type": "type",
    "tolerance": "tolerance",
    "unit": "unit",
    "scoring": "scoring",
    "scenario": "stimulus",
    "enemies": "enemies",
    "distractors": "distractors",
    "criterion": "criterion",
    "words": "words",
    "case sensitive": "case_sensitive",
    "locked order": "lock_order",
}


def read(lines: Iterable[Line], given: Given) -> list[Entry]:
    """The questions of a document, in order."""
    reader = _Reader(given)
    for line in lines:
        reader.take(line)
    reader.finish()
    return reader.entries


class _Reader:
    """One document."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._question: Question | None = None
        self._heading = self._task = ""
        self._was_blank = True
        self.entries: list[Entry] = []

    def take(self, line: Line) -> None:
        """The next line."""
        if line.text.strip():
            self._take_words(line)
        elif self._question is not None:
            # A picture that was not kept leaves an empty line.
            self._question.changes += line.changes
        self._was_blank = not line.text.strip()

    def _take_words(self, line: Line) -> None:
        line = replace(line, text=_unmarked(line.text.strip()))
        if line.is_heading:
            self._take_heading(line)
        elif not line.is_block and self._begins(line):
            self._begin(line, QUESTION.fullmatch(line.text.strip()))
        elif line.is_block or not (self._take_option(line) or self._take_field(line)):
            self._take_text(line)
        if self._question is not None:
            self._question.lines.append(line.text)
            self._question.changes += line.changes

    def finish(self) -> None:
        """End the question that is open."""
        question, self._question = self._question, None
        if question is not None and (question.stem or question.is_answerable):
            self.entries.append(build(question, self._given))

    def _begins(self, line: Line) -> bool:
        """Whether a line is the first of a question."""
        question, text = self._question, line.text.strip()
        if OPTION.fullmatch(text) or _field(text):
            return False
        if question is None:
            return True
        if QUESTION.fullmatch(text):
            return question.is_answerable or not question.stem or self._is_preamble(line)
        # Only a reason may go on below its line.
        is_over = self._was_blank or question.open_field is None or question.open_field[0] != "rationale"
        return bool(question.fields) and is_over

    def _is_preamble(self, line: Line) -> bool:
        """Whether what is open is only what people write above their first question."""
        question = self._question
        is_apart = self._was_blank or line.is_paragraph
        is_bare = question is not None and not (question.is_numbered or question.name or self.entries)
        return is_apart and is_bare

    def _begin(self, line: Line, numbered: re.Match[str] | None) -> Question:
        dropped = self._drop_preamble() if numbered else []
        self.finish()
        question = Question(line.place, self._heading, self._task, numbered is not None)
        self._heading = ""
        text = (numbered[1] or "") if numbered else line.text.strip()
        if text:
            question.stem.append(replace(line, text=text))
        question.changes += dropped
        self._question = question
        return question

    def _drop_preamble(self) -> list[tuple[str, str, str]]:
        question = self._question
        if question is None or question.is_answerable or not question.stem:
            return []
        self._question = None
        detail = "Text above the first question belongs to no item and is not kept."
        return [("preamble_dropped", shown(question.stem[0].text), detail)]

    def _take_heading(self, line: Line) -> None:
        """A heading that numbers a question begins it; another names what follows, perhaps its task."""
        self.finish()
        text = line.text.strip()
        if QUESTION.fullmatch(text):
            self._begin(line, QUESTION.fullmatch(text))
            return
        words = plain(text).removeprefix("Task").split()
        if words and words[0].rstrip(":") in self._given.task_codes:
            self._task = words[0].rstrip(":")
        else:
            self._heading = plain(text)

    def _take_option(self, line: Line) -> bool:
        question, match = self._question, OPTION.fullmatch(line.text.strip())
        if match is None or question is None:
            return False
        told, options = match[2].upper(), question.options
        expected = chr(ord(options[-1].letter) + 1) if options else "A"
        if told != expected and not options and not line.is_soft:
            return False
        if told != expected and options:
            question.problems.append((line.place, told, "letter_order"))
        options.append(Option(told, [replace(line, text=match[3])], bool(match[1])))
        question.open_field = None
        return True

    def _take_field(self, line: Line) -> bool:
        found = _field(line.text.strip())
        if found is None or self._question is None:
            return False
        question, (name, option, value) = self._question, found
        question.open_field = (name, option)
        if option:
            question.reasons[option] = value
            question.fields.setdefault(name, [])
        else:
            question.fields.setdefault(name, []).append(value)
        return True

    def _take_text(self, line: Line) -> None:
        """A further line of whatever is open: a reason, an option, or the stem."""
        question = self._question or self._begin(Line(line.place, ""), None)
        if question.open_field is not None:
            _continue_field(question, line)
            return
        target = question.options[-1].parts if question.options else question.stem
        if self._was_blank and target:
            target.append(Line(line.place, ""))
        target.append(line)


def _continue_field(question: Question, line: Line) -> None:
    name, option = question.open_field or ("", "")
    told = ("\n\n" if line.is_paragraph else "\n") + line.text.strip()
    if option:
        question.reasons[option] += told
    elif question.fields[name]:
        question.fields[name][-1] += told


def _field(text: str) -> tuple[str, str, str] | None:
    """(field, letter of an option or "", value) of a line that is about the question."""
    match = FIELD.fullmatch(text)
    if match is None:
        return None
    words, option = match[1].strip().lower(), (match[2] or "").upper()
    name = NAMES.get(words)
    if name is None or (option and name != "rationale"):
        return None
    return name, option, match[3].strip()


def _unmarked(text: str) -> str:
    """A line whose label is bold, with only the text behind it bold if anything."""
    match = _BOLD_LABEL.fullmatch(text)
    if match is None:
        return text
    marker, label, rest = match.groups()
    if rest.startswith(marker):
        return f"{label} {rest[len(marker) :].strip()}"
    return f"{label} {marker}{rest.strip()}"

"""Aiken: single choice in plain text, a line for the question and one for each option.

Strict, as its readers are: whatever stands where it should not is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import html

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Given, ItemFormat, Outgoing, Package
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.options import letter
from quizapp.integrations.item_formats import markdown_text, text_files
from quizapp.integrations.item_formats.drafts import Draft, option_ids
from quizapp.integrations.item_formats.outgoing import form_of, unwritable

OPTION = re.compile(r"([A-Z])[.)][ \t]+(.*)")
ANSWER = "ANSWER:"
FEWEST_OPTIONS, MOST_OPTIONS = 2, 26

DETAILS = {
    "no_question": "An option or an answer needs the line of its question before it.",
    "letter_order": "Options are lettered A, B, C ... without a gap.",
    "too_few_options": "A question needs at least two options.",
    "unknown_letter": "No option has this letter.",
    "no_answer_line": "The line ANSWER: and a letter must follow the options, in capitals.",
    "no_options": "A question stands on one line, and its options follow at once.",
}


@dataclass(slots=True)
class _Question:
    """A question whose answer was not met yet."""

    line: int
    text: str
    options: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: int, value: str, reason: str) -> None:
        """Keep what is wrong with a line."""
        self.problems.append(Problem(f"line {line}", value[:60], reason, DETAILS[reason]))


def read(data: bytes, given: Given) -> Package:
    """The questions of a file; raises `Invalid` ("bad_file")."""
    entries: list[Entry] = []
    question: _Question | None = None
    for number, line in enumerate(text_files.decode(data).split("\n"), start=1):
        text = line.strip()
        option = OPTION.fullmatch(text)
        if not text:
            continue
        if text.upper().startswith(ANSWER):
            question = question or _without_text(number)
            _read_answer(question, number, text)
            entries.append(_entry(question, given, text[len(ANSWER) :].strip()))
            question = None
        elif option:
            question = question or _without_text(number)
            _read_option(question, number, option)
        elif question is not None and question.line + len(question.lines) == number and not question.options:
            question.refuse(number, text, "no_options")
            question.lines.append(text)
        else:
            if question is not None:
                entries.append(_unfinished(question, number, text, given))
            question = _Question(number, text, lines=[text])
    if question is not None:
        entries.append(_unfinished(question, question.line, "", given))
    return Package(tuple(entries))


def _without_text(number: int) -> _Question:
    question = _Question(number, "")
    question.refuse(number, "", "no_question")
    return question


def _read_option(question: _Question, number: int, option: re.Match[str]) -> None:
    question.lines.append(option[0])
    question.options.append(option[2].strip())
    if option[1] != letter(len(question.options) - 1):
        question.refuse(number, option[1], "letter_order")


def _read_answer(question: _Question, number: int, text: str) -> None:
    question.lines.append(text)
    told = text[len(ANSWER) :].strip()
    if not text.startswith(ANSWER):
        question.refuse(number, text, "no_answer_line")
    if len(question.options) < FEWEST_OPTIONS:
        question.refuse(number, str(len(question.options)), "too_few_options")
    elif told not in [letter(place) for place in range(len(question.options))]:
        question.refuse(number, told, "unknown_letter")


def _unfinished(question: _Question, number: int, text: str, given: Given) -> Entry:
    question.refuse(number, text, "no_answer_line" if question.options else "no_options")
    return _entry(question, given, "")


def _entry(question: _Question, given: Given, answer: str) -> Entry:
    draft = Draft(f"line {question.line}", question.text[:60], original={"text": "\n".join(question.lines)})
    draft.problems += question.problems
    options = [
        {"id": name, "text": markdown_text.escaped(text)} | ({"key": True} if letter(place) == answer else {})
        for place, (name, text) in enumerate(
            zip(option_ids(len(question.options)), question.options, strict=True)
        )
    ]
    stem = markdown_text.escaped(question.text)
    draft.fields |= {"type": "single_choice", "stem": stem, "options": options}
    return draft.entry(given)


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """The file, question by question."""
    scenarios = {stimulus.id: stimulus.text for stimulus in outgoing.stimuli}
    for item in outgoing.items:
        if _why_left_out(item):
            continue
        source = form_of(item)
        lines = [plain(f"{scenarios.get(item.stimulus or '', '')}\n\n{source['stem']}")]
        for place, row in enumerate(source["options"]):
            lines.append(f"{letter(place)}. {plain(row['text'])}")
        keys = [letter(place) for place, row in enumerate(source["options"]) if row.get("key")]
        yield "\n".join([*lines, f"{ANSWER} {keys[0]}", "", ""]).encode()


def losses(outgoing: Outgoing) -> list[Problem]:
    """What the file cannot hold."""
    detail = "Aiken holds a question, its options and the key: no reasons, tasks, levels, sources or ids."
    told = [Problem("file", "", "left_out", detail)] if outgoing.items else []
    for item in outgoing.items:
        why = _why_left_out(item)
        told += [why] if why else [problem.at(item.id) for problem in _losses(item)]
    return told


def _why_left_out(item: ItemVersion) -> Problem | None:
    if item.type != "single_choice":
        detail = "Aiken holds single choice only; the item is left out"
        return Problem("type", item.type, "left_out", detail, item.id)
    source = form_of(item)
    texts = [plain(source["stem"]), *(plain(row["text"]) for row in source["options"])]
    first = texts[0]
    if len(texts) > MOST_OPTIONS + 1 or "" in texts or OPTION.fullmatch(first) or first.startswith(ANSWER):
        detail = "without markup a text is empty or looks like another line of Aiken; the item is left out"
        return Problem("stem", first[:60], "left_out", detail, item.id)
    return unwritable(item)


def _losses(item: ItemVersion) -> Iterator[Problem]:
    source = form_of(item)
    for name, text in (
        ("stem", source["stem"]),
        *((f"options[{r['id']}]", r["text"]) for r in source["options"]),
    ):
        if markdown_text.escaped(plain(text)) != text.strip():
            detail = "Aiken holds plain text on one line: markup, line ends and pictures are lost."
            yield Problem(name, "", "markup_dropped", detail)
    if item.stimulus:
        detail = "Aiken has no scenarios; the scenario's text stands before the question."
        yield Problem("stimulus", item.stimulus, "scenario_merged", detail)


def plain(text: str) -> str:
    """The words of Markdown, on one line."""
    if markdown_text.escaped(text) == text:
        return " ".join(text.split())
    shown = html.fragment_fromstring(markdown_text.as_html(text), create_parent="div").text_content()
    return " ".join(shown.split())


FORMAT = ItemFormat(
    name="aiken",
    title="Aiken",
    suffix="txt",
    media_type="text/plain; charset=utf-8",
    read=read,
    write=write,
    losses=losses,
)

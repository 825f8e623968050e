"""GIFT: questions as people type them, read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Given, Package
from quizapp.domain.item_bank import LONGEST_TITLE, Stimulus
from quizapp.integrations.item_formats import (
    answers,
    html_text,
    markdown_text,
    numbers,
    own_fields,
    rubrics,
    text_files,
)
from quizapp.integrations.item_formats.answers import Answer
from quizapp.integrations.item_formats.drafts import Draft, matching_rows, own_matching_rows, scenario_id
from quizapp.integrations.item_formats.gift import syntax
from quizapp.integrations.item_formats.gift.syntax import Block, Parts, Text

TRUE, FALSE = frozenset({"T", "TRUE"}), frozenset({"F", "FALSE"})

DETAILS = {
    "unbalanced_braces": "Answers stand between one { and one }; others are written \\{ and \\}.",
    "too_few_answers": "A question of this type needs at least two answers.",
    "no_arrow": "Each pair is written =prompt -> option.",
}


@dataclass(frozen=True, slots=True)
class _Question:
    """One question; ``rows`` is what our own line says about rows, None in foreign files."""

    parts: Parts
    draft: Draft
    rows: Mapping[str, Any] | None

    def markdown(self, told: Text, where: str) -> str:
        """A text as Markdown; what had to change is told."""
        if told.format == "markdown":
            return told.text
        if told.format == "plain":
            return markdown_text.escaped(told.text)
        html = told.text.replace("\n", "<br>\n") if told.format == "moodle" else told.text
        converted = html_text.as_markdown(html)
        for reason, value, detail in html_text.problems(converted):
            tell = self.draft.refuse if reason == "too_deep" else self.draft.change
            tell(where, value, reason, detail)
        return converted.text

    def answer(self, text: str, place: int, usual: str, is_markdown: bool) -> Answer:
        """An answer: perhaps a weight, then its text, then perhaps a hash and feedback."""
        weight, rest = syntax.weighed(text.strip(), usual)
        told, _, feedback = rest.partition("#")
        where, form = f"answer {place}", self.parts.stem.format
        said = syntax.formatted(told, form)
        shown = self.markdown(said, where) if is_markdown else said.text
        reason = self.markdown(syntax.formatted(feedback, form), f"{where}: feedback")
        return Answer(numbers.exact(weight) or Fraction(0), shown, reason)


#: What our own line says of an essay.
ESSAY = ("criteria", "marking", "words")


def read(data: bytes, given: Given) -> Package:
    """The questions of a file; raises `Invalid` ("bad_file")."""
    reader = _Reader(given)
    for block in syntax.blocks(text_files.decode(data)):
        reader.read(block)
    return Package(tuple(reader.entries), tuple(reader.stimuli), notes=tuple(reader.notes))


class _Reader:
    """One file."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._category = ""
        self.entries: list[Entry] = []
        self.stimuli: list[Stimulus] = []
        self.notes: list[Problem] = []

    def read(self, block: Block) -> None:
        """A category, comments alone, or one question."""
        first = block.lines[0].strip()
        if first.startswith(syntax.CATEGORY):
            self._category = first[len(syntax.CATEGORY) :].strip()
            return
        parts = syntax.parts(block)
        if parts is None:
            return
        draft = Draft(f"line {block.line}", parts.name, original={"text": "\n".join(block.lines)})
        rows = None if parts.own is None else own_fields.read_extra(draft, parts.own)
        question = _Question(parts, draft, rows)
        if parts.answers is None and not parts.is_unbalanced:
            self._read_scenario(question)
        else:
            self._read_item(question)

    def _read_item(self, question: _Question) -> None:
        parts, draft = question.parts, question.draft
        draft.fields["id"] = parts.identifier
        own_fields.read_tags(draft, parts.tags, self._given)
        own_fields.read_category(draft, self._category, self._given)
        stem = parts.stem
        if draft.fields.get("stimulus"):
            stem = Text(own_fields.without_scenario(stem.text), stem.format)
        draft.fields["stem"] = question.markdown(stem, "stem")
        draft.fields["rationale"] = question.markdown(parts.feedback, "rationale")
        draft.name = draft.name or draft.fields["stem"][:60].split("\n")[0]
        if parts.is_unbalanced:
            draft.refuse("file", "", "unbalanced_braces", DETAILS["unbalanced_braces"])
        else:
            _read_answers(question)
        self.entries.append(draft.entry(self._given))

    def _read_scenario(self, question: _Question) -> None:
        """A text without answers asks nothing: it is a scenario."""
        parts, draft = question.parts, question.draft
        text = question.markdown(parts.stem, "text").strip()
        if not text:
            return
        identifier = scenario_id(parts.identifier, draft.name, text)
        self.stimuli.append(Stimulus(identifier, draft.name[:LONGEST_TITLE] or identifier, text))
        self.notes += [problem.at(draft.place) for problem in (*draft.changes, *draft.problems)]
        if question.rows is None:
            self.notes.append(own_fields.scenario_note(draft))


def _read_answers(question: _Question) -> None:
    """What stands between the braces says which type it is."""
    text = question.parts.answers or ""
    head = text.partition("#")[0].strip().upper()
    if not text:
        _essay(question)
    elif question.draft.has_too_many(text.count("~") + text.count("=")):
        return
    elif text.startswith("#"):
        _numeric(question, text[1:])
    elif "~" in text:
        _choice(question, text)
    elif "=" in text and "->" in text:
        _matching(question, text)
    elif head in TRUE | FALSE:
        _true_false(question, text, head in TRUE)
    else:
        _short_text(question, text)


def _essay(question: _Question) -> None:
    """Nothing stands between the braces; the rubric is in our own line, if we wrote it."""
    meant = (question.rows or {}).get("meant")
    told = {name: meant[name] for name in ESSAY if name in meant} if isinstance(meant, dict) else {}
    if "criteria" not in told:
        question.draft.change("criteria", "", "rubric_made")
    question.draft.fields |= {"type": "essay", "criteria": rubrics.made(), **told}


def _choice(question: _Question, text: str) -> None:
    is_single = "=" in text
    told = []
    for place, answer in enumerate(_split(text.replace("=", "~="), "~"), start=1):
        is_key = answer.startswith("=")
        # Behind an equals sign there is no weight: the rest is text.
        usual, rest = ("100", f"%100%{answer[1:]}") if is_key else ("0", answer)
        told.append(question.answer(rest, place, usual, is_markdown=True))
    if _has_enough(question, told):
        ids = (question.rows or {}).get("option_ids")
        answers.choice(question.draft, told, is_single, ids if isinstance(ids, list) else ())
        if question.rows is None:
            answers.tell_weights(question.draft, told, is_single)


def _true_false(question: _Question, text: str, is_true: bool) -> None:
    """First what is said to a wrong response, then what to a right one."""
    _, wrong, right = [*text.split("#", 2), "", ""][:3]
    form = question.parts.stem.format
    why_wrong = question.markdown(syntax.formatted(wrong, form), "answer: feedback")
    why_right = question.markdown(syntax.formatted(right, form), "answer: feedback")
    why = (why_right, why_wrong) if is_true else (why_wrong, why_right)
    answers.true_false(question.draft, is_true, *why)


def _short_text(question: _Question, text: str) -> None:
    told = [
        question.answer(answer, place, "100", is_markdown=False)
        for place, answer in enumerate(_split(text, "="), start=1)
    ]
    answers.short_text(question.draft, told)


def _matching(question: _Question, text: str) -> None:
    draft, pairs, extra = question.draft, [], []
    for place, answer in enumerate(_split(text, "="), start=1):
        prompt, arrow, option = answer.partition("->")
        if not arrow:
            draft.refuse(f"answer {place}", syntax.shown(answer), "no_arrow", DETAILS["no_arrow"])
            return
        shown = question.markdown(syntax.formatted(prompt, question.parts.stem.format), f"prompt {place}")
        plain = syntax.shown(option.strip())
        plain = plain if question.rows is not None else markdown_text.escaped(plain)
        if shown:
            pairs.append((shown, plain))
        else:
            extra.append(plain)
    if _has_enough(question, pairs):
        own = None if question.rows is None else own_matching_rows(pairs, extra, question.rows)
        prompts, options = own or matching_rows(pairs, extra)
        draft.fields |= {"type": "matching", "prompts": prompts, "options": options}
        if question.rows is None:
            draft.fields["scoring"] = "per_pair"


def _numeric(question: _Question, text: str) -> None:
    """Numbers with tolerances or ranges; behind a tilde, what is said to any other number."""
    right, tilde, wrong = text.partition("~")
    told = []
    for place, answer in enumerate(_split(right, "="), start=1):
        said = question.answer(answer, place, "100", is_markdown=False)
        value, tolerance = _range(said.text)
        told.append(Answer(said.share, value, said.reason, tolerance))
    if tilde:
        said = question.answer(wrong, len(told) + 1, "0", is_markdown=False)
        told.append(Answer(Fraction(0), "*", said.reason))
    unit = (question.rows or {}).get("unit")
    answers.numeric(question.draft, told, unit if isinstance(unit, str) else "")


def _range(text: str) -> tuple[str, str]:
    """(value, tolerance) of ``value``, ``value:tolerance`` or ``lowest..highest``."""
    lowest, dots, highest = text.partition("..")
    low, high = numbers.exact(lowest), numbers.exact(highest)
    if dots and low is not None and high is not None:
        value, tolerance = numbers.decimal_text((low + high) / 2), numbers.decimal_text(abs(high - low) / 2)
        return value or text, tolerance or text
    value, _, tolerance = text.partition(":")
    return value.strip(), tolerance.strip()


def _split(text: str, sign: str) -> list[str]:
    """What stands behind each sign; before the first there may be nothing, or an answer without it."""
    first, *others = text.split(sign)
    return [part.strip() for part in ([first, *others] if first.strip() else others)]


def _has_enough(question: _Question, told: list[Any]) -> bool:
    if len(told) >= 2:
        return True
    question.draft.refuse("file", "", "too_few_answers", DETAILS["too_few_answers"])
    return False

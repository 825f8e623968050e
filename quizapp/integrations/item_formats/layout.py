"""Questions in the plain layout people type in a word processor, line by line.

A question begins with a number or below a heading, its options with letters, and facts about it stand
in lines of their own with a name and a colon (docs/item-formats.md shows one). Word documents and
pasted text are read by the same rules; they differ in how their lines are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quizapp.domain.exchange import Entry, Given
from quizapp.integrations.item_formats import markdown_text, numbers
from quizapp.integrations.item_formats.drafts import Draft, matching_rows, option_ids, scrambled_ids

QUESTION = re.compile(r"(?:(?:question|q)\s*)?\d{1,4}\s*[.):](?:\s+(.*))?|question\s+\d{1,4}", re.I | re.S)
OPTION = re.compile(r"(\\?\*)?\s*\(?([A-Za-z])[.)]\s+(.*)", re.S)
FIELD = re.compile(r"([A-Za-z][A-Za-z ]{1,20}?)(?:\s+([A-Za-z]))?\s*:\s*(.*)", re.S)
ARROW = re.compile("->|=>|→")
#: A label somebody made bold, alone or with the whole line.
_BOLD_LABEL = re.compile(
    r"(\*{1,3})(\(?[A-Za-z][.)]|(?:question |q)?\d{1,4}[.):]|[A-Za-z][A-Za-z ]{1,22}:)(.*)", re.I | re.S
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LETTERS = re.compile(r"\s*(?:,|;|&|\band\b|\s)\s*")
_SOURCE_DATE = re.compile(r"(as of|review by)\s+(\S+)", re.I)

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
    "case sensitive": "case_sensitive",
    "locked order": "lock_order",
}
#: Fields whose value is one word or text, kept as it is.
SIMPLE = ("level", "pool", "author", "reviewer", "id", "scoring", "stimulus")
YES = frozenset({"yes", "true"})

DETAILS = {
    "letter_order": "Options are lettered A, B, C ... without a gap.",
    "unknown_letter": "No option has this letter.",
    "no_answer": "A line such as Answer: B is missing.",
    "no_arrow": "Each pair of a matching question is written A) prompt -> option.",
    "field_twice": "This line stands twice.",
    "unknown_type": "No type that this layout can hold; see docs/item-formats.md.",
    "no_stem": "A question needs a text before its options and its answer.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or line: Markdown whose beginning is not escaped yet.

    ``is_block`` is finished Markdown (a table, a list) that starts nothing; a heading ends what was
    before it; a soft letter was counted by a word processor; a paragraph stands apart from its
    neighbours. An empty text separates.
    """

    place: str
    text: str
    is_heading: bool = False
    is_block: bool = False
    is_soft: bool = False
    is_paragraph: bool = False
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class _Option:
    letter: str
    parts: list[Line]
    is_key: bool
    reason: str = ""


@dataclass(slots=True)
class _Question:
    place: str
    name: str = ""
    task: str = ""
    stem: list[Line] = field(default_factory=list)
    options: list[_Option] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    open_field: tuple[str, str] | None = None

    @property
    def is_answerable(self) -> bool:
        """Whether options or fields have begun, so that a number can only be the next question's."""
        return bool(self.options or self.fields)


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
        self._question: _Question | None = None
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
            self.entries.append(_Builder(question).entry(self._given))

    def _begins(self, line: Line) -> bool:
        """Whether a line is the first of a question."""
        question, text = self._question, line.text.strip()
        if OPTION.fullmatch(text) or _field(text):
            return False
        if question is None:
            return True
        if QUESTION.fullmatch(text):
            return question.is_answerable or not question.stem
        # Only a reason may go on below its line.
        is_over = self._was_blank or question.open_field is None or question.open_field[0] != "rationale"
        return bool(question.fields) and is_over

    def _begin(self, line: Line, numbered: re.Match[str] | None) -> None:
        self.finish()
        self._question = _Question(line.place, self._heading, self._task)
        self._heading = ""
        text = (numbered[1] or "") if numbered else line.text.strip()
        if text:
            self._question.stem.append(replace(line, text=text))

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
        options.append(_Option(told, [replace(line, text=match[3])], bool(match[1])))
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
        question = self._question
        if question is None:
            self._begin(Line(line.place, ""), None)
            question = self._question
            assert question is not None
        if question.open_field is not None:
            _continue_field(question, line)
            return
        target = question.options[-1].parts if question.options else question.stem
        if self._was_blank and target:
            target.append(Line(line.place, ""))
        target.append(line)


def _continue_field(question: _Question, line: Line) -> None:
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


class _Builder:
    """One question as an entry."""

    def __init__(self, question: _Question) -> None:
        self._question = question
        original = {"text": "\n".join(question.lines)}
        self._draft = Draft(question.place, question.name, original=original)

    def entry(self, given: Given) -> Entry:
        """The item, or why there is none."""
        question, draft = self._question, self._draft
        for where, value, reason in question.problems:
            draft.refuse(where, value, reason, DETAILS[reason])
        for reason, value, detail in question.changes:
            draft.change("text", value, reason, detail)
        stem = _joined(question.stem)
        draft.name = draft.name or plain(stem)[:60].split("\n")[0]
        draft.fields |= {"stem": stem, "rationale": _texts(question.fields.get("rationale"))}
        if not stem:
            draft.refuse("stem", "", "no_stem", DETAILS["no_stem"])
        self._read_facts()
        self._read_answer()
        return draft.entry(given)

    def _values(self, name: str) -> list[str]:
        return [plain(value) for value in self._question.fields.get(name, ()) if value]

    def _words(self, name: str) -> list[str]:
        return [word for value in self._values(name) for word in re.split(r"[,;\s]+", value) if word]

    def _one(self, name: str) -> str:
        values = self._values(name)
        if len(values) > 1:
            self._draft.refuse(name, values[1], "field_twice", DETAILS["field_twice"])
        return values[0] if values else ""

    def _read_facts(self) -> None:
        fields = self._draft.fields
        fields |= {name: self._one(name) for name in SIMPLE}
        fields["level"], fields["pool"] = fields["level"].lower(), fields["pool"].lower()
        tasks = self._words("tasks")
        fields["tasks"] = tasks or ([self._question.task] if self._question.task else [])
        difficulty = self._one("difficulty").removesuffix("%").strip()
        fields["difficulty"] = int(difficulty) if difficulty.isdecimal() else difficulty or None
        fields["enemies"] = [
            name for value in self._values("enemies") for name in re.split(r"[,;\s]+", value)
        ]
        fields["sources"] = [_source(value) for value in self._values("sources")]
        for name in ("case_sensitive", "lock_order"):
            if self._one(name).lower() in YES:
                fields[name] = True

    def _read_answer(self) -> None:
        """The type the author names, else the one the answer and the options speak of."""
        told = self._one("type").lower().replace(" ", "_").replace("-", "_")
        known = told or self._guess()
        if known in BUILDERS:
            BUILDERS[known](self)
        else:
            self._draft.refuse("type", told, "unknown_type", DETAILS["unknown_type"])

    def _guess(self) -> str:
        if self._question.options:
            return "choice"
        answers = self._values("answer")
        if len(answers) == 1 and answers[0].lower() in ("true", "false", "t", "f"):
            return "true_false"
        is_number = len(answers) == 1 and numbers.plain(answers[0]) is not None
        return "numeric" if is_number else "short_text"

    def _rows(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {"id": name, "text": _joined(option.parts), "rationale": self._reason(option.letter)}
            for name, option in zip(ids, self._question.options, strict=True)
        ]

    def _reason(self, told: str) -> str:
        return markdown_text.lines_escaped(self._question.reasons.get(told, ""))

    def choice(self) -> None:
        """Single choice, or multiple response where several options are right."""
        options = self._question.options
        letters = [option.letter for option in options]
        keys = {option.letter for option in options if option.is_key} | set(self._answer_letters(letters))
        if not keys:
            self._draft.refuse("answer", "", "no_answer", DETAILS["no_answer"])
        rows = self._rows(option_ids(len(options)))
        for row, told in zip(rows, letters, strict=True):
            if told in keys:
                row["key"] = True
        kind = "multiple_response" if len(keys) > 1 else "single_choice"
        self._draft.fields |= {"type": kind, "options": rows}

    def _answer_letters(self, letters: Sequence[str]) -> list[str]:
        words = [word for value in self._values("answer") for word in _LETTERS.split(value) if word]
        told = [word.strip("().").upper() for word in words]
        for word in told:
            if word not in letters:
                self._draft.refuse("answer", word, "unknown_letter", DETAILS["unknown_letter"])
        return told

    def true_false(self) -> None:
        """True or false; ``Rationale T:`` and ``Rationale F:`` are the reasons."""
        is_true = self._one("answer").lower() in ("true", "t")
        rows: list[dict[str, Any]] = [
            {"id": name, "rationale": self._reason(name[0].upper())} for name in ("true", "false")
        ]
        rows[0 if is_true else 1]["key"] = True
        self._draft.fields |= {"type": "true_false", "options": rows}

    def ordering(self) -> None:
        """The options stand in the right order."""
        texts = [_joined(option.parts) for option in self._question.options]
        self._draft.fields |= {"type": "ordering", "options": self._rows(scrambled_ids(texts))}

    def matching(self) -> None:
        """Each option is a pair with an arrow; ``Distractors:`` names options of no prompt."""
        pairs = []
        for option in self._question.options:
            prompt, *rest = ARROW.split(_joined(option.parts), maxsplit=1)
            if not rest:
                self._draft.refuse(option.letter, prompt, "no_arrow", DETAILS["no_arrow"])
            pairs.append((prompt.strip(), rest[0].strip() if rest else ""))
        raw = [value for told in self._question.fields.get("distractors", ()) for value in told.split(";")]
        prompts, options = matching_rows(pairs, [value.strip() for value in raw if value.strip()])
        for row, option in zip(prompts, self._question.options, strict=True):
            row["rationale"] = self._reason(option.letter)
        self._draft.fields |= {"type": "matching", "prompts": prompts, "options": options}

    def numeric(self) -> None:
        """A number, perhaps with ``Tolerance:`` and ``Unit:``."""
        answer: dict[str, Any] = {"rationale": self._draft.fields.pop("rationale")}
        for name, told in (("value", "answer"), ("tolerance", "tolerance")):
            text = self._one(told)
            number = numbers.plain(text)
            if number is None and (text or name == "value"):
                self._draft.refuse(f"answer.{name}", text, "not_a_number")
            elif number is not None:
                answer[name] = number
        unit = self._one("unit")
        self._draft.fields |= {"type": "numeric", "answer": answer | ({"unit": unit} if unit else {})}

    def short_text(self) -> None:
        """Accepted texts, in lines of their own or set apart by upright strokes."""
        told = [text.strip() for value in self._values("answer") for text in value.split("|")]
        accepted = [{"text": text} for text in told if text]
        self._draft.fields |= {"type": "short_text", "answers": accepted}
        if not accepted:
            self._draft.refuse("answer", "", "no_answer", DETAILS["no_answer"])


BUILDERS = {
    "choice": _Builder.choice,
    "single_choice": _Builder.choice,
    "multiple_response": _Builder.choice,
    "true_false": _Builder.true_false,
    "ordering": _Builder.ordering,
    "matching": _Builder.matching,
    "numeric": _Builder.numeric,
    "short_text": _Builder.short_text,
}


def plain(text: str) -> str:
    """A value without the backslashes of Markdown."""
    return _ESCAPED.sub(r"\1", text.strip("* "))


def _unmarked(text: str) -> str:
    """A line whose label is bold, with only the text behind it bold if anything."""
    match = _BOLD_LABEL.fullmatch(text)
    if match is None:
        return text
    marker, label, rest = match.groups()
    if rest.startswith(marker):
        return f"{label} {rest[len(marker) :].strip()}"
    return f"{label} {marker}{rest.strip()}"


def _joined(lines: Sequence[Line]) -> str:
    """Lines as one text: neighbours stay neighbours, an empty line or a block sets apart."""
    text = ""
    for before, line in zip([None, *lines], lines, strict=False):
        if not line.text:
            continue
        told = line.text if line.is_block else markdown_text.lines_escaped(line.text)
        text += ("\n\n" if before is not None and _is_apart(before, line) else "\n") + told
    return text.strip("\n")


def _is_apart(before: Line, line: Line) -> bool:
    """Whether an empty line stands between two lines; the points of one list stay together."""
    if line.is_block and before.is_block:
        return not (line.text.startswith("- ") and before.text.startswith("- "))
    return not before.text or line.is_block or before.is_block or line.is_paragraph


def _texts(values: Sequence[str] | None) -> str:
    return "\n\n".join(markdown_text.lines_escaped(value) for value in values or () if value)


def _source(value: str) -> dict[str, str]:
    """``authority; section; as of 2026-11; review by 2027-11``."""
    parts = [part.strip() for part in value.split(";")]
    dates = {match[1].lower(): match[2] for part in parts if (match := _SOURCE_DATE.fullmatch(part))}
    texts = [part for part in parts if not _SOURCE_DATE.fullmatch(part)]
    return {
        "authority": texts[0] if texts else "",
        "section": "; ".join(texts[1:]),
        "as_of": dates.get("as of", ""),
        "review_by": dates.get("review by", ""),
    }

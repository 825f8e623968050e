"""Questions of the plain layout as items: what their lines say, by type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from quizapp.domain.exchange import Entry, Given
from quizapp.integrations.item_formats import markdown_text, numbers, rubrics
from quizapp.integrations.item_formats.drafts import Draft, matching_rows, option_ids, scrambled_ids
from quizapp.integrations.item_formats.layout.lines import Question, joined, plain

ARROW = re.compile("->|=>|→")
_LETTERS = re.compile(r"\s*(?:,|;|&|\band\b|\s)\s*")
_LEVEL = re.compile(r"(\d{1,3})\s*=\s*(.+)", re.DOTALL)
_WORDS = re.compile(r"(?P<least>\d+)\s*[-–]\s*(?P<most>\d+)|(?P<whole>\d+)")
_SOURCE_DATE = re.compile(r"(as of|review by)\s+(\S+)", re.I)
#: Fields whose value is one word or text, kept as it is.
SIMPLE = ("level", "pool", "author", "reviewer", "id", "scoring", "stimulus")
YES = frozenset({"yes", "true"})


DETAILS = {
    "letter_order": "Options are lettered A, B, C ... without a gap.",
    "unknown_letter": "No option has this letter.",
    "no_answer": "A line such as Answer: B is missing.",
    "no_arrow": "Each pair of a matching question is written A) prompt -> option.",
    "bad_level": "Behind a criterion stand its levels: 0 = not at all; 2 = in full.",
    "bad_words": "The limits of an essay are written 50-200, or 200 for the most.",
    "field_twice": "This line stands twice.",
    "unknown_type": "No type that this layout can hold; see docs/item-formats.md.",
    "no_stem": "A question needs a text before its options and its answer.",
}


def build(question: Question, given: Given) -> Entry:
    """The item, or why there is none."""
    return _Builder(question).entry(given)


class _Builder:
    """One question as an entry."""

    def __init__(self, question: Question) -> None:
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
        stem = joined(question.stem)
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
            {"id": name, "text": joined(option.parts), "rationale": self._reason(option.letter)}
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
        texts = [joined(option.parts) for option in self._question.options]
        self._draft.fields |= {"type": "ordering", "options": self._rows(scrambled_ids(texts))}

    def matching(self) -> None:
        """Each option is a pair with an arrow; ``Distractors:`` names options of no prompt."""
        pairs = []
        for option in self._question.options:
            prompt, *rest = ARROW.split(joined(option.parts), maxsplit=1)
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

    def essay(self) -> None:
        """A long text; ``Criterion:`` lines are its rubric, ``Words:`` its limits."""
        rows = [self._criterion(told) for told in self._values("criterion")]
        ids = option_ids(len(rows))
        criteria = [{"id": name, **row} for name, row in zip(ids, rows, strict=True)]
        if not criteria:
            self._draft.change("criteria", "", "rubric_made")
        self._draft.fields |= {"type": "essay", "criteria": criteria or rubrics.made()}
        words = _WORDS.fullmatch(self._one("words"))
        if words:
            told = {"least": words["least"] or "", "most": words["most"] or words["whole"] or ""}
            self._draft.fields["words"] = {name: text for name, text in told.items() if text}
        elif self._one("words"):
            self._draft.refuse("words", self._one("words"), "bad_words", DETAILS["bad_words"])

    def _criterion(self, value: str) -> dict[str, Any]:
        text, *rest = (part.strip() for part in value.split(";"))
        levels = []
        for part in rest:
            found = _LEVEL.fullmatch(part)
            if found is None:
                self._draft.refuse("criterion", part, "bad_level", DETAILS["bad_level"])
            else:
                levels.append({"points": found[1], "text": found[2]})
        return {"text": text, "levels": levels}


BUILDERS = {
    "choice": _Builder.choice,
    "single_choice": _Builder.choice,
    "multiple_response": _Builder.choice,
    "true_false": _Builder.true_false,
    "ordering": _Builder.ordering,
    "matching": _Builder.matching,
    "numeric": _Builder.numeric,
    "short_text": _Builder.short_text,
    "essay": _Builder.essay,
}


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

"""Moodle's question types as our item types, one function each; the table says which.

A type that is not in `READERS` is refused by its name. To carry another one, add a function here and
one in `item_types.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quizapp.integrations.item_formats import answers, markdown_text, numbers, rubrics
from quizapp.integrations.item_formats.answers import FULL, Answer
from quizapp.integrations.item_formats.drafts import Draft, matching_rows, own_matching_rows, scrambled_ids
from quizapp.integrations.item_formats.moodle_xml import calculated, gaps
from quizapp.integrations.item_formats.moodle_xml.texts import TextReader, child_text, raw_text

#: How Moodle marks an order, and the policy of ours that does the same.
ORDERING_POLICIES = {"ALL_OR_NOTHING": "all_or_nothing"}


@dataclass(frozen=True, slots=True)
class Question:
    """One ``<question>``; ``rows`` is what our own line says about rows, None in foreign files."""

    element: Any
    draft: Draft
    texts: TextReader
    rows: Mapping[str, Any] | None

    @property
    def is_own(self) -> bool:
        """Whether we wrote it."""
        return self.rows is not None

    def value(self, name: str, usual: str = "") -> str:
        """The text of a child."""
        return child_text(self.element, name, usual)

    def option_ids(self) -> list[str]:
        """The ids our own line tells."""
        told = (self.rows or {}).get("option_ids")
        return [str(one) for one in told] if isinstance(told, list) else []


def _answers(question: Question, is_markdown: bool = False) -> list[Answer]:
    """The answers, with plain texts or as Markdown."""
    found = []
    for place, element in enumerate(question.element.findall("answer"), start=1):
        where = f"answer {place}"
        share = numbers.exact(element.get("fraction", "0"))
        if share is None:
            question.draft.refuse(where, element.get("fraction"), "bad_weights")
        text = question.texts.read(element, where) if is_markdown else raw_text(element)
        reason = question.texts.read(element.find("feedback"), f"{where}: feedback")
        found.append(Answer(share or Fraction(0), text, reason, child_text(element, "tolerance")))
    return found


def multichoice(question: Question) -> None:
    """Single choice, or multiple response where several may be chosen."""
    told = _answers(question, is_markdown=True)
    is_single = question.value("single", "true") in ("true", "1")
    answers.choice(question.draft, told, is_single, question.option_ids())
    if question.value("shuffleanswers", "true") in ("false", "0"):
        question.draft.fields["lock_order"] = True
    if not question.is_own:
        answers.tell_weights(question.draft, told, is_single)


def truefalse(question: Question) -> None:
    """True or false."""
    by_text = {answer.text.strip().lower(): answer for answer in _answers(question)}
    right, wrong = (by_text.get(name, Answer(Fraction(0), name)) for name in ("true", "false"))
    answers.true_false(question.draft, right.share >= FULL, right.reason, wrong.reason)
    if max(right.share, wrong.share) < FULL:
        question.draft.refuse("options", "", "bad_weights")


def shortanswer(question: Question) -> None:
    """Short text."""
    answers.short_text(question.draft, _answers(question))
    if question.value("usecase", "0") == "1":
        question.draft.fields["case_sensitive"] = True


def numerical(question: Question) -> None:
    """Numeric, in the unit its answer is written in."""
    units = question.element.findall("units/unit")
    usual = [unit for unit in units if numbers.exact(child_text(unit, "multiplier", "1")) == 1]
    answers.numeric(question.draft, _answers(question), child_text(usual[0], "unit_name") if usual else "")
    for unit in units:
        if unit not in usual[:1]:
            detail = "One unit is kept: the one the answer is written in."
            question.draft.change("answer.unit", child_text(unit, "unit_name"), "units_dropped", detail)
    if question.value("unitgradingtype", "0") != "0":
        question.draft.change("answer.unit", "", "marked_differently")


def essay(question: Question) -> None:
    """Essay; what markers are told is its rubric until somebody writes a better one."""
    told = question.texts.read(question.element.find("graderinfo"), "graderinfo")
    grade = numbers.exact(question.value("defaultgrade", "1"))
    question.draft.fields |= {"type": "essay", "criteria": rubrics.made(told, int(grade or 1))}
    limits = {"least": question.value("minwordlimit"), "most": question.value("maxwordlimit")}
    words = {name: value for name, value in limits.items() if value not in ("", "0")}
    if words:
        question.draft.fields["words"] = words
    question.draft.change("criteria", "", "rubric_made")


def gapselect(question: Question) -> None:
    """Drop-down gaps: each offers the choices of the group that its own belongs to."""
    choices = [
        (raw_text(one), child_text(one, "group", "1")) for one in question.element.findall("selectoption")
    ]
    markdown, marked = _with_places(question, gaps.numbered)
    if not _are_known(question, marked, len(choices)):
        return
    ids, rows = gaps.names_for(len(marked)), []
    for name, number in zip(ids, marked, strict=True):
        group = [place for place, one in enumerate(choices) if one[1] == choices[number - 1][1]]
        texts = [" ".join(choices[place][0].split()) for place in group]
        rows.append(gaps.drop_down(name, texts, [group.index(number - 1)]))
    _gapped(question, "dropdown_cloze", markdown, rows)
    if question.value("shuffleanswers", "1") in ("false", "0"):
        question.draft.fields["lock_order"] = True


def ddwtos(question: Question) -> None:
    """Words dragged into gaps: one pool, or drop-downs where there are several groups."""
    boxes = question.element.findall("dragbox")
    groups = [child_text(box, "group", "1") for box in boxes]
    if len(set(groups)) > 1:
        for box in boxes:
            box.tag = "selectoption"
            box.find("text").text = gaps.words_of(raw_text(box))
        gapselect(question)
        return
    words = [" ".join(gaps.words_of(raw_text(box)).split()) for box in boxes]
    markdown, marked = _with_places(question, gaps.numbered)
    if not _are_known(question, marked, len(words)):
        return
    right = [words[number - 1] for number in marked]
    rows = [
        {"id": name, "answers": [{"text": word}]}
        for name, word in zip(gaps.names_for(len(marked)), right, strict=True)
    ]
    _gapped(question, "gap_text", markdown, rows)
    spare = [word for word in dict.fromkeys(words) if word not in right]
    question.draft.fields["distractors"] = [{"text": word} for word in spare]
    if not spare:
        question.draft.change("distractors", "", "words_typed")
    elif any(box.find("infinite") is None for box in boxes):
        question.draft.change("distractors", "", "words_reusable")


def cloze(question: Question) -> None:
    """Gaps written into the text: all of them chosen, or all of them typed."""
    markdown, found = _with_places(question, gaps.parts)
    unknown = [one for one in found if isinstance(one, str)]
    known = [one for one in found if isinstance(one, gaps.Part)]
    if question.draft.has_too_many(max([len(found), *(len(one.answers) for one in known)])):
        return
    if unknown:
        question.draft.refuse("type", f"cloze: {unknown[0]}", "no_such_type")
    elif len({one.kind for one in known}) > 1:
        question.draft.refuse("type", "cloze", "several_kinds")
    elif not known:
        question.draft.refuse("text", "", "no_gaps")
    elif known[0].kind == gaps.CHOICES:
        _cloze_choices(question, markdown, known)
    else:
        _cloze_words(question, markdown, known)


def _cloze_choices(question: Question, markdown: str, found: list[gaps.Part]) -> None:
    rows = []
    for name, part in zip(gaps.names_for(len(found)), found, strict=True):
        _tell_shares(question, part)
        keys = [place for place, (share, _text) in enumerate(part.answers) if share >= gaps.FULL]
        rows.append(gaps.drop_down(name, [text for _share, text in part.answers], keys))
    _gapped(question, "dropdown_cloze", markdown, rows)


def _cloze_words(question: Question, markdown: str, found: list[gaps.Part]) -> None:
    rows = []
    for name, part in zip(gaps.names_for(len(found)), found, strict=True):
        _tell_shares(question, part)
        if part.has_wildcard:
            question.draft.change("answers", name, "wildcard_dropped")
        right = [text for share, text in part.answers if share >= gaps.FULL]
        rows.append({"id": name, "answers": [{"text": text} for text in right]})
    _gapped(question, "gap_text", markdown, rows)
    if all(part.is_strict for part in found):
        question.draft.fields["case_sensitive"] = True


def _tell_shares(question: Question, part: gaps.Part) -> None:
    for share, text in part.answers:
        if 0 < share < gaps.FULL:
            question.draft.change("answers", text, "partial_credit_dropped")


def _with_places(question: Question, find: Callable[[str], tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    """The question's text as Markdown with a place for each gap, and what the gaps are."""
    element = question.element.find("questiontext")
    told = None if element is None else element.find("text")
    if told is None:
        return "", []
    told.text, found = find(told.text or "")
    return question.texts.read(element, "text"), found


def _are_known(question: Question, marked: list[int], count: int) -> bool:
    if question.draft.has_too_many(len(marked)):
        return False
    if not marked:
        question.draft.refuse("text", "", "no_gaps")
    unknown = [number for number in marked if not 0 < number <= count]
    for number in unknown[:1]:
        question.draft.refuse("text", f"[[{number}]]", "no_answers")
    return bool(marked) and not unknown


def _gapped(question: Question, kind: str, markdown: str, rows: list[dict[str, Any]]) -> None:
    draft, names = question.draft, [row["id"] for row in rows]
    stem, text = gaps.divided(markdown, names)
    if not stem:
        stem = draft.name
        draft.change("stem", draft.name, "stem_from_title")
    draft.fields |= {"type": kind, "stem": stem, "text": text, "gaps": rows, "scoring": "per_gap"}


def calculated_question(question: Question) -> None:
    """A number reckoned from wildcards, where their ranges and the formula can be said here."""
    draft, element = question.draft, question.element
    known = calculated.names(element)
    told = _answers(question)
    full = [answer for answer in told if answer.share >= FULL]
    found = calculated.read_formula(full[0].text, known) if full else None
    if found is None:
        draft.refuse("answer.expression", full[0].text if full else "", "formula_unknown")
        return
    draft.fields["stem"] = calculated.in_text(draft.fields["stem"], known)
    answer: dict[str, Any] = {"expression": found, "rationale": answers.reasons(draft, full[:1])}
    draft.fields.pop("rationale", None)
    if child_text(element.find("answer"), "tolerancetype", calculated.RELATIVE) == calculated.NOMINAL:
        answer["tolerance"] = numbers.plain(full[0].tolerance or "0") or "0"
    elif numbers.exact(full[0].tolerance or "0"):
        draft.change("answer.tolerance", full[0].tolerance, "tolerance_relative")
    unit = element.find("units/unit")
    if unit is not None:
        answer["unit"] = child_text(unit, "unit_name")
    rows = calculated.parameters(element, known)
    draft.fields |= {"type": "parametrised_numeric", "parameters": rows, "answer": answer}


def match(question: Question) -> None:
    """Matching; options are plain text, options of no prompt stand beside an empty one."""
    pairs, extra = [], []
    for place, element in enumerate(question.element.findall("subquestion"), start=1):
        prompt = question.texts.read(element, f"prompt {place}")
        option = raw_text(element.find("answer"))
        option = option if question.is_own else markdown_text.escaped(option.strip())
        if prompt:
            pairs.append((prompt, option))
        elif option:
            extra.append(option)
    fields = question.draft.fields
    own = None if question.rows is None else own_matching_rows(pairs, extra, question.rows)
    prompts, options = own or matching_rows(pairs, extra)
    fields |= {"type": "matching", "prompts": prompts, "options": options}
    if not question.is_own:
        fields["scoring"] = "per_pair"


def ordering(question: Question) -> None:
    """Ordering: by the answers' numbers where they have some, else as they stand."""
    told = _answers(question, is_markdown=True)
    if len({answer.share for answer in told}) == len(told):
        told.sort(key=lambda answer: answer.share)
    ids = question.option_ids()
    ids = ids if len(ids) == len(told) else scrambled_ids([answer.text for answer in told])
    rows = [
        {"id": name, "text": answer.text, "rationale": answer.reason}
        for name, answer in zip(ids, told, strict=True)
    ]
    question.draft.fields |= {"type": "ordering", "options": rows}
    if not question.is_own:
        _tell_ordering(question)


def _tell_ordering(question: Question) -> None:
    """Of a foreign question: how it marks, and what of that cannot be kept."""
    told = question.value("gradingtype", "ABSOLUTE_POSITION")
    question.draft.fields["scoring"] = ORDERING_POLICIES.get(told, "adjacent_pairs")
    if told not in ORDERING_POLICIES:
        question.draft.change("scoring", told, "marked_differently")
    if question.value("selecttype", "ALL") != "ALL":
        detail = "Moodle asks for a part of the steps; here all of them are asked for."
        question.draft.change("options", "", "selection_dropped", detail)


#: Questions whose text is more than a stem: they read it themselves.
OWN_TEXT = frozenset({"gapselect", "ddwtos", "cloze", "multianswer"})
READERS: Mapping[str, Callable[[Question], None]] = {
    "multichoice": multichoice,
    "truefalse": truefalse,
    "shortanswer": shortanswer,
    "numerical": numerical,
    "match": match,
    "matching": match,
    "ordering": ordering,
    "essay": essay,
    "gapselect": gapselect,
    "ddwtos": ddwtos,
    "cloze": cloze,
    "multianswer": cloze,
    "calculated": calculated_question,
}

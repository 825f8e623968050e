"""Moodle XML: a ``<quiz>`` of questions, read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lxml import etree

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Given, Package
from quizapp.domain.item import digest_of, shown
from quizapp.domain.item_bank import LONGEST_TITLE, Stimulus
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats import numbers, own_fields, xml_reading
from quizapp.integrations.item_formats.drafts import Draft, scenario_id
from quizapp.integrations.item_formats.moodle_xml.question_types import OWN_TEXT, READERS, Question
from quizapp.integrations.item_formats.moodle_xml.texts import TextReader, child_text, raw_text
from quizapp.integrations.item_formats.pictures import PictureBox
from quizapp.integrations.item_formats.text_files import bad_file

#: Where our own line stands; Moodle passes over elements it does not know.
OWN = "quizapp"
#: Fields of items of any type, and which.
TYPED = frozenset({"type"}).union(*(kind.source_fields for kind in ITEM_TYPES.values()))
#: Feedback that depends on how well somebody did.
COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def read(data: bytes, given: Given) -> Package:
    """The questions of a file; raises `Invalid` ("bad_file")."""
    root = xml_reading.parse(data)
    if root.tag != "quiz":
        raise bad_file("not_moodle_xml", f"a <quiz> is expected, this is a <{shown(root.tag)}>")
    reader = _Reader(given)
    for element in root.iterchildren("question"):
        reader.read(element)
        # What was read is not needed again; a file may hold many pictures.
        element.clear()
    return reader.package()


class _Reader:
    """One file."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._box = PictureBox()
        self._entries: list[Entry] = []
        self._stimuli: list[Stimulus] = []
        self._notes: list[Problem] = []
        self._category = ""
        self._number = 0

    def package(self) -> Package:
        """Everything that was read."""
        return Package(tuple(self._entries), tuple(self._stimuli), self._box.pictures, tuple(self._notes))

    def read(self, element: Any) -> None:
        """One ``<question>``."""
        kind = element.get("type", "")
        if kind == "category":
            self._category = child_text(element, "category/text")
            return
        self._number += 1
        name = child_text(element, "name/text")
        draft = Draft(f"question {self._number}", name, original={"xml": _original(element)})
        question = Question(element, draft, TextReader(draft, self._box), _own_rows(draft, element))
        if kind == "description":
            self._read_scenario(question)
        else:
            self._read_item(kind, question)

    def _read_item(self, kind: str, question: Question) -> None:
        draft, element = question.draft, question.element
        draft.fields["id"] = child_text(element, "idnumber")
        tags = [child_text(tag, "text") for tag in element.findall("tags/tag")]
        own_fields.read_tags(draft, tags, self._given)
        own_fields.read_category(draft, self._category, self._given)
        before, problems = dict(draft.changes), list(draft.problems)
        ask(kind, question)
        meant = (question.rows or {}).get("meant")
        if isinstance(meant, dict) and (question.rows or {}).get("said") == said(draft):
            draft.changes, draft.problems = before, problems
            draft.fields = {name: told for name, told in draft.fields.items() if name not in TYPED} | meant
        _tell_settings(draft, element)
        self._entries.append(draft.entry(self._given))

    def _read_scenario(self, question: Question) -> None:
        """A description asks nothing: it is a scenario, which items of ours name by its id."""
        draft = question.draft
        text = question.texts.read(question.element.find("questiontext"), "text")
        told = child_text(question.element, "idnumber")
        identifier = scenario_id(told, draft.name, text)
        if not text:
            return
        title = draft.name[:LONGEST_TITLE] or identifier
        self._stimuli.append(Stimulus(identifier, title, text.strip()))
        self._notes += [problem.at(draft.place) for problem in (*draft.changes, *draft.problems)]
        if not question.is_own:
            self._notes.append(own_fields.scenario_note(draft))


def ask(kind: str, question: Question) -> None:
    """Fill the draft with what a question of this kind asks."""
    draft, element = question.draft, question.element
    text = _stem(element, draft)
    draft.fields["stem"] = "" if kind in OWN_TEXT else question.texts.read(text, "stem")
    draft.fields["rationale"] = question.texts.read(element.find("generalfeedback"), "rationale")
    rows = sum(len(element.findall(tag)) for tag in ("answer", "subquestion", "selectoption", "dragbox"))
    if kind not in READERS:
        draft.refuse("type", kind, "no_such_type")
    elif not draft.has_too_many(rows):
        READERS[kind](question)


def said(draft: Draft) -> str:
    """A digest of what a file says of an item beyond the fields every item has."""
    told = {name: value for name, value in draft.fields.items() if name in TYPED}
    return digest_of([told, [[one.field, one.reason] for one in draft.problems]])


def _stem(element: Any, draft: Draft) -> Any:
    """The element of the stem, without the scenario that is an object of its own here."""
    found = element.find("questiontext")
    text = None if found is None else found.find("text")
    if text is not None and draft.fields.get("stimulus"):
        text.text = own_fields.without_scenario(text.text or "")
    return found


def _own_rows(draft: Draft, element: Any) -> Mapping[str, Any] | None:
    found = element.find(OWN)
    return None if found is None else own_fields.read_extra(draft, found.text or "")


def _tell_settings(draft: Draft, element: Any) -> None:
    """What a question of Moodle says about marking, tries and praise has no place in an item."""
    grade = numbers.exact(child_text(element, "defaultgrade", "1"))
    if grade != 1 and draft.fields.get("type") != "essay":
        detail = "Every item is worth one point; exams weigh tasks."
        draft.change("defaultgrade", child_text(element, "defaultgrade"), "grade_dropped", detail)
    penalty = numbers.exact(child_text(element, "penalty", "0"))
    if penalty != Fraction(0):
        detail = "An item is answered once; there is no penalty for another try."
        draft.change("penalty", child_text(element, "penalty"), "penalty_dropped", detail)
    for name in COMBINED:
        if raw_text(element.find(name)).strip():
            draft.change(name, "", "feedback_dropped")
    if any(raw_text(hint).strip() for hint in element.findall("hint")):
        draft.change("hint", "", "hints_dropped", "Items have no hints.")
    if child_text(element, "hidden", "0") == "1":
        draft.change("hidden", "1", "was_hidden", "The question was hidden in its own program.")


def _original(element: Any) -> str:
    """The question as XML without its pictures, which would make a list of refusals huge."""
    bare = etree.fromstring(etree.tostring(element)) if element.find(".//file") is not None else element
    for file in bare.findall(".//file"):
        file.text = None
    return str(etree.tostring(bare, encoding="unicode", with_tail=False))

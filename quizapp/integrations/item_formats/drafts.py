"""One question of another program's file on its way to an entry of a package.

Readers put what they find into a `Draft`; what every format has in common is done here: names for
items and options that had none, reasons nobody gave, and what the person who imports has told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Entry, Given
from quizapp.domain.item import STABLE_ID, digest_of, shown
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.item_types.options import letter

#: Stands where an item needs a reason and the file has none, until its author writes one.
NO_REASON = "The file this item came from gives no reason."
LONGEST_SLUG = 40
#: A question with more answers is no question.
MOST_ROWS = 200

DETAILS: Mapping[str, str] = {
    "no_reason": "The file gives no reason for some options or answers; write one before review.",
    "id_made": "The file's own name for this item is no item id; one was made from it.",
    "no_such_type": "There is no such type of item yet.",
    "bad_weights": "Weights in the file do not say which options are right.",
    "weights_changed": "The file weighs options otherwise; here a right choice counts up, a wrong one down.",
    "partial_credit_dropped": "Part of the points for an option is not given here; only the key counts.",
    "answers_dropped": "Only answers worth full points are kept.",
    "wildcard_dropped": "An accepted text with a wildcard (*) cannot be kept.",
    "feedback_dropped": "Feedback that belongs to no option is not kept.",
    "marked_differently": "Points for a half right response are counted otherwise.",
    "too_many_answers": f"A question has at most {MOST_ROWS} answers.",
    "not_a_number": "This is no number.",
    "number_too_long": "The number has more digits than an item can hold.",
    "formula_unknown": "The formula has something that formulas here do not have.",
    "tolerance_relative": "A tolerance as a share of the answer is not kept; give one as a number.",
    "words_reusable": "A word of the pool may stand in several gaps here.",
    "words_typed": "Every word of the pool is right somewhere, so words are typed instead of chosen.",
    "no_gaps": "The text has no gaps.",
    "rubric_made": "The file has no rubric of ours; say what earns the points.",
    "stem_from_title": "The item asks with its text alone, so its name says what to do.",
    "several_kinds": "Gaps that are chosen and gaps that are typed are two items.",
    "no_answers": "The question has no answers.",
    "one_key_only": "Only one option is right, so it became a single choice.",
}


@dataclass(slots=True)
class Draft:
    """What was found so far; ``fields`` are those of the author's form."""

    place: str
    name: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)
    changes: dict[Problem, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def change(self, where: str, value: object, reason: str, detail: str = "") -> None:
        """Tell of something that had to become something else, once."""
        self.changes[Problem(where, shown(value), reason, detail or DETAILS[reason])] = None

    def refuse(self, where: str, value: object, reason: str, detail: str = "") -> None:
        """Tell why the question cannot become an item."""
        self.problems.append(Problem(where, shown(value), reason, detail or DETAILS[reason]))

    def has_too_many(self, rows: int) -> bool:
        """Whether a question has more answers than any item; then it is refused."""
        if rows > MOST_ROWS:
            self.refuse("file", rows, "too_many_answers")
        return rows > MOST_ROWS

    def entry(self, given: Given) -> Entry:
        """The finished entry; what the file left open is taken from ``given``."""
        if "type" not in self.fields:
            return self._entry(None)
        self._name_item()
        self._give_reasons()
        told = {name: value for name, value in self.fields.items() if value not in (None, "", [], ())}
        kind = ITEM_TYPES[str(told["type"])]
        usual = {name: value for name, value in given.fields.items() if name not in kind.source_fields}
        return self._entry({**usual, **told})

    def _entry(self, source: Mapping[str, object] | None) -> Entry:
        changes, problems = tuple(self.changes), tuple(self.problems)
        return Entry(self.place, self.name, source, changes, problems, self.original)

    def _name_item(self) -> None:
        told = str(self.fields.get("id") or "")
        if STABLE_ID.fullmatch(told):
            return
        if told:
            self.change("id", told, "id_made")
        content = {name: value for name, value in self.fields.items() if name in _content_fields(self.fields)}
        self.fields["id"] = f"{slug(told or self.name) or 'item'}-{digest_of(content)[:10]}"

    def _give_reasons(self) -> None:
        """Every item says why; the placeholder makes visible that nobody has yet."""
        missing = [
            row for row in _rows_with_reasons(self.fields) if not str(row.get("rationale") or "").strip()
        ]
        for row in missing:
            row["rationale"] = NO_REASON
        if missing:
            self.change("rationale", "", "no_reason")


def _content_fields(fields: Mapping[str, Any]) -> frozenset[str]:
    return ITEM_TYPES[str(fields["type"])].source_fields | {"type"}


def _rows_with_reasons(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """The mappings of the author's form that hold a rationale the type asks for."""
    match fields["type"]:
        case "numeric" | "parametrised_numeric":
            return [fields["answer"]] if fields.get("answer") else []
        case "dropdown_cloze" | "gap_text":
            return list(fields.get("gaps", ()))
        case "essay":
            return []
        case "short_text":
            return [fields]
        case "matching":
            return list(fields.get("prompts", ()))
        case _:
            return list(fields.get("options", ()))


def slug(text: str) -> str:
    """Letters and digits of a name, set apart by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")


def option_ids(count: int, told: Sequence[str] = ()) -> list[str]:
    """The ids a file tells, if they are one for each option, else a, b, c ..."""
    if len(told) == count and len(set(told)) == count:
        return list(told)
    return [letter(place).lower() for place in range(count)]


def scrambled_ids(texts: Sequence[str]) -> list[str]:
    """Ids for rows whose order is the key: sorting them never gives that order.

    The same rows always get the same ids, so that importing a file again changes nothing.
    """
    ids = option_ids(len(texts))
    ranked = sorted(range(len(texts)), key=lambda place: (digest_of(texts[place]), place))
    given = dict(zip(ranked, ids, strict=True))
    told = [given[place] for place in range(len(texts))]
    return told[::-1] if told == sorted(told) else told


def matching_rows(pairs: Sequence[tuple[str, str]], extra: Iterable[str]) -> tuple[list[Any], list[Any]]:
    """Prompts and options of a matching item from (prompt, its option) and options of no prompt.

    Options get ids, and an order, that do not line up with the prompts.
    """
    offered = list(dict.fromkeys([*(option for _, option in pairs), *extra]))
    ids = dict(zip(offered, scrambled_ids(offered), strict=True))
    if [ids[option] for _, option in pairs] == sorted(ids[option] for _, option in pairs):
        last = sorted(ids.values())[::-1]
        backwards = dict(zip(sorted(ids.values()), last, strict=True))
        ids = {option: backwards[name] for option, name in ids.items()}
    prompts = [
        {"id": f"p{place}", "text": prompt, "match": ids[option]}
        for place, (prompt, option) in enumerate(pairs, start=1)
    ]
    options = [{"id": name, "text": option} for option, name in sorted(ids.items(), key=lambda pair: pair[1])]
    return prompts, options


def own_matching_rows(
    pairs: Sequence[tuple[str, str]], extra: Sequence[str], rows: Mapping[str, Any]
) -> tuple[list[Any], list[Any]] | None:
    """The same with the ids, order and reasons our own line tells; None where they do not fit.

    ``met`` are the options' ids in the order the prompts name them, ``option_ids`` in the item's.
    """
    offered = list(dict.fromkeys([*(option for _, option in pairs), *extra]))
    met, order, names = (_texts(rows.get(name)) for name in ("met", "option_ids", "prompt_ids"))
    reasons = _texts(rows.get("reasons")) or [""] * len(pairs)
    if not len(met) == len(offered) == len(set(met)) or sorted(order) != sorted(met):
        return None
    if not len(names) == len(pairs) == len(reasons):
        return None
    ids = dict(zip(offered, met, strict=True))
    texts = {name: option for option, name in ids.items()}
    prompts = [
        {"id": name, "text": prompt, "match": ids[option], "rationale": reason}
        for name, (prompt, option), reason in zip(names, pairs, reasons, strict=True)
    ]
    return prompts, [{"id": name, "text": texts[name]} for name in order]


def _texts(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else []


def scenario_id(told: str, name: str, text: str) -> str:
    """The id of a scenario: the file's own where it is one, else one made from its name and text."""
    if STABLE_ID.fullmatch(told):
        return told
    return f"{slug(told or name) or 'scenario'}-{digest_of(text)[:10]}"

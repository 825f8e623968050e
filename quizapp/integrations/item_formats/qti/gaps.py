"""Texts with gaps: drop-downs (inline choice), words typed (text entry), words of a pool (gap match)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.integrations.item_formats.qti import plain
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.feedback import modal
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import (
    Element,
    attribute,
    children,
    every,
    text_of,
    to_identifier,
)
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration, mapping
from quizapp.integrations.item_formats.qti.values import Declared, Many, Value

CHOICE, ENTRY, POOL = "inline-choice-interaction", "text-entry-interaction", "gap-match-interaction"
GAPS = "gaps"
#: What a gap's response is called in a file of ours; gaps and outcomes have names of their own.
PREFIX = "GAP-"

Given: TypeAlias = Value | Mapping[str, Value]


def write_choices(markup: Markup, item: ItemVersion) -> Question:
    """A text whose gaps are drop-downs."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    shuffle = "false" if content.get("lock_order") else "true"
    interactions, declarations = {}, []
    for gap in content[GAPS]:
        told = {"response-identifier": PREFIX + gap["id"], "shuffle": shuffle}
        interactions[gap["id"]] = markup.make(CHOICE, told, *_inline_choices(markup, gap["options"]))
        keys = [to_identifier(one) for one in key["keys"][gap["id"]]]
        declarations.append(_declared(markup, gap["id"], "identifier", dict.fromkeys(keys, 1)))
    body = [plain.paragraph(markup.make, content["text"], interactions)]
    return Question(declarations, body, _pays(markup, item), _shown(markup, content), _reasons(markup, item))


def _inline_choices(markup: Markup, options: Sequence[Mapping[str, str]]) -> list[Element]:
    return [
        markup.make("inline-choice", {"identifier": to_identifier(row["id"])}, row["text"]) for row in options
    ]


def _declared(markup: Markup, gap: str, base_type: str, worth: Mapping[str, int]) -> Element:
    made = declaration(markup.make, "single", base_type, list(worth)[:1], PREFIX + gap)
    made.append(mapping(markup.make, worth))
    return made


def _pays(markup: Markup, item: ItemVersion) -> list[Element]:
    content: Mapping[str, Any] = item.content
    rules = Rules(markup.make)
    right = [rules.mapped(PREFIX + gap["id"]) for gap in content[GAPS]]
    return _paid(rules, str(item.key.get("scoring")), right, len(content[GAPS]))


def _paid(rules: Rules, policy: str, right: Sequence[Element], count: int) -> list[Element]:
    """Points for gaps: every one for itself, or all of them."""
    total = right[0] if len(right) == 1 else rules.call("sum", *right)
    if policy == "per_gap":
        return [rules.score(rules.divided(total, count))]
    whole = rules.base("float", str(count))
    return [rules.all_or_nothing(rules.call("equal", total, whole, tolerance_mode="exact"))]


def _shown(markup: Markup, content: Mapping[str, Any]) -> list[Element]:
    rules = Rules(markup.make)
    return [rules.base("identifier", to_identifier(gap["id"])) for gap in content[GAPS]]


def write_words(markup: Markup, item: ItemVersion) -> Question:
    """A text whose gaps are filled with words: of the pool where there is one, else typed."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    if "words" in content:
        return _write_pool(markup, item)
    is_strict = "true" if content.get("case_sensitive") else "false"
    interactions, declarations = {}, []
    for gap in content[GAPS]:
        interactions[gap["id"]] = markup.make(ENTRY, {"response-identifier": PREFIX + gap["id"]})
        made = _declared(markup, gap["id"], "string", dict.fromkeys(key["answers"][gap["id"]], 1))
        for entry in every(made, "map-entry"):
            entry.set(markup.make.dialect.attribute("case-sensitive"), is_strict)
        declarations.append(made)
    body = [plain.paragraph(markup.make, content["text"], interactions)]
    return Question(declarations, body, _pays(markup, item), _shown(markup, content), _reasons(markup, item))


def _write_pool(markup: Markup, item: ItemVersion) -> Question:
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make, rules = markup.make, Rules(markup.make)
    names = {word: f"W{rank}" for rank, word in enumerate(content["words"], start=1)}
    gaps = {gap["id"]: make("gap", {"identifier": PREFIX + gap["id"]}) for gap in content[GAPS]}
    words = [make("gap-text", {"identifier": told, "match-max": "0"}, word) for word, told in names.items()]
    text = plain.paragraph(make, content["text"], gaps)
    interaction = make(POOL, {"response-identifier": RESPONSE, "shuffle": "true"}, *words, text)
    accepted = [[f"{names[word]} {PREFIX}{gap}" for word in each] for gap, each in key["answers"].items()]
    response = declaration(make, "multiple", "directedPair", [pairs[0] for pairs in accepted])
    response.append(mapping(make, {pair: 1 for pairs in accepted for pair in pairs}))
    pays = _paid(rules, str(key.get("scoring")), [rules.mapped()], len(gaps))
    return Question([response], [interaction], pays, _shown(markup, content), _reasons(markup, item))


def _reasons(markup: Markup, item: ItemVersion) -> list[Element]:
    """The rationale of each gap; no interaction in a line can hold it."""
    key: Mapping[str, Any] = item.key
    content: Mapping[str, Any] = item.content
    told = [(gap["id"], key["rationales"].get(gap["id"], "")) for gap in content[GAPS]]
    return [modal(markup, gap, reason) for gap, reason in told if reason]


def read_choices(asked: Asked, _first: Element) -> dict[str, Any]:
    """The author's form of a text with drop-downs; raises `Refusal`."""
    interactions = list(every(asked.body, CHOICE))
    names, rows = _named(asked, interactions), []
    for told, interaction in zip(names, interactions, strict=True):
        options = _options(asked, told, interaction)
        rows.append({"id": told, "options": options, **_reason(asked, told)})
    read = {"type": "dropdown_cloze", **_texts(asked, interactions, names), GAPS: rows}
    is_fixed = all(attribute(one, "shuffle", "false") != "true" for one in interactions)
    return {**read, "lock_order": True} if is_fixed else read


def _options(asked: Asked, gap: str, interaction: Element) -> list[dict[str, Any]]:
    right = _right(asked.response(interaction))
    choices = children(interaction, "inline-choice")
    names = asked.ids(f"gaps[{gap}].options", [attribute(choice, "identifier") for choice in choices])
    rows: list[dict[str, Any]] = []
    for told, choice in zip(names, choices, strict=True):
        asked.identifiers[f"{gap}/{told}"] = attribute(choice, "identifier")
        row = {"id": told, "text": plain.words(text_of(choice))}
        rows.append({**row, "key": True} if attribute(choice, "identifier") in right else row)
    return rows


def _right(declared: Declared) -> list[str]:
    """What a gap accepts; raises `Refusal` when that cannot be told."""
    entries = declared.mapping.entries if declared.mapping else ()
    most = max((entry.worth for entry in entries), default=0.0)
    told = [entry.key for entry in entries if entry.worth == most > 0] or list(declared.correct_texts)
    if not told:
        raise Refusal("key", declared.identifier, "key_unclear")
    return told


def read_entries(asked: Asked, _first: Element) -> dict[str, Any]:
    """The author's form of a text with several entries; raises `Refusal`."""
    interactions = list(every(asked.body, ENTRY))
    names = _named(asked, interactions)
    declared = [asked.response(one) for one in interactions]
    rows = [
        {"id": told, "answers": [{"text": word} for word in _right(one)], **_reason(asked, told)}
        for told, one in zip(names, declared, strict=True)
    ]
    entries = [entry for one in declared for entry in (one.mapping.entries if one.mapping else ())]
    read = {"type": "gap_text", **_texts(asked, interactions, names), GAPS: rows}
    is_strict = all(entry.is_case_sensitive for entry in entries)
    return {**read, "case_sensitive": True} if is_strict else read


def read_pool(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a gap match with words; raises `Refusal`."""
    if children(interaction, "gap-img"):
        raise Refusal("type", "gap-img", "type_not_supported")
    gaps = list(every(interaction, "gap"))
    names = _named(asked, gaps, "identifier")
    pool = _pool(children(interaction, "gap-text"))
    declared = asked.response(interaction)
    accepted = _pairs(declared, pool, {asked.identifier(GAPS, told): told for told in names})
    rows = [
        {"id": told, "answers": [{"text": word} for word in accepted[told]], **_reason(asked, told)}
        for told in names
    ]
    right = {word for words in accepted.values() for word in words}
    extra = [word for word in pool.values() if word not in right]
    asked.identifiers |= {f"words/{word}": told for told, word in pool.items()}
    read = {"type": "gap_text", **_texts(asked, gaps, names, within=interaction), GAPS: rows}
    if not extra:
        asked.changes.add("distractors", "", "words_typed")
        return read
    return {**read, "distractors": [{"text": word} for word in extra]}


def _pool(words: Sequence[Element]) -> dict[str, str]:
    """The words by identifier; spaces are kept only where they tell two words apart."""
    exact = {attribute(word, "identifier"): text_of(word) for word in words}
    folded = {told: plain.words(word) for told, word in exact.items()}
    return folded if len(set(folded.values())) == len(folded) else exact


def _pairs(declared: Declared, pool: Mapping[str, str], gaps: Mapping[str, str]) -> dict[str, list[str]]:
    if isinstance(declared.correct, Many) and declared.mapping is None:
        told = [str(pair) for pair in declared.correct.values]
    else:
        told = [" ".join(key.split()) for key in _right(declared)]
    found: dict[str, list[str]] = {name: [] for name in gaps.values()}
    for pair in told:
        word, _, gap = pair.partition(" ")
        if word not in pool or gap not in gaps:
            raise Refusal("key", pair, "key_unclear")
        found[gaps[gap]].append(pool[word])
    if not all(found.values()):
        raise Refusal("key", declared.identifier, "key_unclear")
    return found


def _named(asked: Asked, elements: Sequence[Element], by: str = "response-identifier") -> list[str]:
    """Our ids of gaps; what the file calls each is kept for feedback and for probes."""
    identifiers = [attribute(one, by) for one in elements]
    names = asked.ids(GAPS, [one.removeprefix(PREFIX) for one in identifiers])
    asked.identifiers |= {f"{GAPS}.{told}": one for told, one in zip(names, identifiers, strict=True)}
    asked.identifiers |= {f"feedback.{told}": to_identifier(told) for told in names}
    return names


def _reason(asked: Asked, gap: str) -> dict[str, str]:
    why = asked.shown_for(f"gaps[{gap}].rationale", to_identifier(gap))
    return {"rationale": why} if why else {}


def _texts(
    asked: Asked, gaps: Sequence[Element], names: Sequence[str], within: Element | None = None
) -> dict[str, str]:
    """The stem and the text: what has gaps is text, what stands before it asks."""
    marks = {gap: f"[[{told}]]" for gap, told in zip(gaps, names, strict=True)}
    before, text = plain.divided(asked.body if within is None else within, marks, asked.changes)
    stem = asked.stem_of(before, within)
    if not stem:
        asked.changes.add("stem", attribute(asked.root, "title"), "stem_from_title")
        stem = attribute(asked.root, "title")
    return {"stem": stem, "text": text}


def probes(
    asked: Asked, source: Mapping[str, Any]
) -> list[tuple[Response | None, Value | Mapping[str, Value]]]:
    """All gaps right, none filled, each gap alone right, all but one right, all wrong."""
    names = [gap["id"] for gap in source[GAPS]]
    tried = [set(names), *({one} for one in names), set(names[1:]), set()]
    told = [_given(asked, source, right) for right in tried]
    return [*told, (None, _nothing(asked, source))]


def _nothing(asked: Asked, source: Mapping[str, Any]) -> Given:
    if "distractors" in source:
        return None
    return {asked.identifier(GAPS, gap["id"]): None for gap in source[GAPS]}


def _given(
    asked: Asked, source: Mapping[str, Any], right: set[str]
) -> tuple[Response, Value | Mapping[str, Value]]:
    filled = {gap["id"]: _filled(source, gap, gap["id"] in right) for gap in source[GAPS]}
    if source["type"] == "dropdown_cloze":
        options = {
            asked.identifier(GAPS, gap): asked.identifiers[f"{gap}/{one}"] for gap, one in filled.items()
        }
        return {GAPS: filled}, options
    if "distractors" not in source:
        return {"words": filled}, {asked.identifier(GAPS, gap): word for gap, word in filled.items()}
    pairs = (
        f"{asked.identifiers[f'words/{word}']} {asked.identifier(GAPS, gap)}" for gap, word in filled.items()
    )
    return {"words": filled}, Many(tuple(pairs))


def _filled(source: Mapping[str, Any], gap: Mapping[str, Any], is_right: bool) -> str:
    if source["type"] == "dropdown_cloze":
        fitting = (row["id"] for row in gap["options"] if bool(row.get("key")) is is_right)
        return str(next(fitting, gap["options"][0]["id"]))
    if is_right:
        return str(gap["answers"][0]["text"])
    return str(source["distractors"][0]["text"]) if "distractors" in source else "?"

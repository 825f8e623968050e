"""GIFT from items; ordering and whatever else its grammar has no sign for is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Outgoing
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.marks import ALL_OR_NOTHING
from quizapp.integrations.item_formats import markdown_text, own_fields
from quizapp.integrations.item_formats.gift.reading import ESSAY
from quizapp.integrations.item_formats.gift.syntax import CATEGORY, FORMATS, OWN, escape, escape_tag
from quizapp.integrations.item_formats.outgoing import (
    category_path,
    default_ids,
    form_of,
    left_out,
    matching_facts,
    met_options,
    percent,
    told_to_us_only,
    unwritable,
)

PROGRAM = "GIFT"
Body = tuple[str, dict[str, Any]]
"""What stands between the braces, and what our own line says about rows."""


def write(outgoing: Outgoing) -> Iterator[bytes]:
    """The file, question by question."""
    scenarios = {stimulus.id: stimulus.text for stimulus in outgoing.stimuli}
    if outgoing.stimuli:
        yield _category(outgoing, "Scenarios")
    for stimulus in outgoing.stimuli:
        text = f"::{escape(stimulus.title)}::[markdown]{escape(stimulus.text)}\n\n"
        yield f"// [id:{escape_tag(stimulus.id)}]\n{OWN} {{}}\n{text}".encode()
    task = None
    for item in outgoing.items:
        if _why_left_out(item):
            continue
        if item.scoring_task != task:
            task = item.scoring_task
            yield _category(outgoing, f"{task} {outgoing.tasks.get(task, '')}".strip())
        yield _question(item, scenarios.get(item.stimulus or "", "")).encode()


def losses(outgoing: Outgoing) -> list[Problem]:
    """What the file cannot hold, and what programs that read it will not know or do."""
    told = told_to_us_only(outgoing, PROGRAM, kept=("tasks", "pool", "level", "difficulty"))
    for item in outgoing.items:
        why = _why_left_out(item)
        told += [why] if why else [problem.at(item.id) for problem in _losses(item)]
    return told


def _why_left_out(item: ItemVersion) -> Problem | None:
    if item.type not in WRITERS:
        return left_out(item, PROGRAM)
    return unwritable(item) or _arrow(item)


def _arrow(item: ItemVersion) -> Problem | None:
    """An arrow makes a pair of a text, and nothing can take its meaning away."""
    source = form_of(item)
    texts = [row["text"] for row in source.get("prompts", source.get("answers", ()))]
    if not any("->" in text for text in texts):
        return None
    detail = "GIFT cannot write -> in a prompt or an accepted text; the item is left out"
    return Problem("stem", "->", "left_out", detail, item.id)


def _losses(item: ItemVersion) -> Iterator[Problem]:
    source = form_of(item)
    policy = str(item.key.get("scoring", ALL_OR_NOTHING))
    if policy != WRITERS[item.type].policy:
        detail = "Programs that read GIFT count a half right response in parts, by right and wrong choices."
        yield Problem("scoring", policy, "marked_differently", detail)
    hidden = {
        "lock_order": source.get("lock_order"),
        "case_sensitive": source.get("case_sensitive"),
        "answer.unit": source.get("answer", {}).get("unit"),
        "prompts": "reasons" if item.type == "matching" else "",
        "criteria": "rubric" if item.type == "essay" else "",
    }
    for name, value in hidden.items():
        if value:
            detail = "GIFT has no sign for it; it comes back to quizapp only."
            yield Problem(name, str(value), "only_here", detail)
    if any(markdown_text.pictures_in(text) for text in _texts(source)):
        detail = "GIFT carries no pictures; the text refers to one that is not in the file."
        yield Problem("stem", "", "pictures_left_out", detail)


def _texts(source: Mapping[str, Any]) -> Iterator[str]:
    rows = [*source.get("options", ()), *source.get("prompts", ())]
    yield from (str(source.get("stem", "")), *(str(row.get("text", "")) for row in rows))


def _category(outgoing: Outgoing, name: str) -> bytes:
    return f"{CATEGORY} {category_path(outgoing.bank.title, name)}\n\n".encode()


def _question(item: ItemVersion, scenario: str) -> str:
    source = form_of(item)
    body, rows = WRITERS[item.type].write(source)
    stem = f"{scenario}\n\n{own_fields.SCENARIO_END}\n\n{source['stem']}" if scenario else source["stem"]
    tags = [f"[id:{escape_tag(item.id)}]", *(f"[tag:{escape_tag(tag)}]" for tag in own_fields.tags_of(item))]
    reason = source.get("rationale") or source.get("answer", {}).get("rationale", "")
    feedback = f"\t####{_text(reason)}\n" if reason else ""
    # Other programs would take brackets in our own line for tags of theirs.
    own = own_fields.extra_of(item, rows).replace("[tag:", "\\u005btag:").replace("[id:", "\\u005bid:")
    return (
        f"// {' '.join(tags)}\n{OWN} {own}\n"
        f"::{escape(item.id)}::[markdown]{escape(stem)}{{{body}{feedback}}}\n\n"
    )


def _text(text: str) -> str:
    """A text in the format of its question; brackets in front would be taken for a format."""
    name = text[1:].partition("]")[0] if text.startswith("[") else ""
    return f"[markdown]{escape(text)}" if name in FORMATS else escape(text)


def _feedback(row: Mapping[str, Any]) -> str:
    return f"#{_text(row['rationale'])}" if row.get("rationale") else ""


def _single_choice(source: Mapping[str, Any]) -> Body:
    lines = [
        f"\t{'=' if row.get('key') else _wrong(row['text'])}{_text(row['text'])}{_feedback(row)}\n"
        for row in source["options"]
    ]
    return "\n" + "".join(lines), {"option_ids": default_ids(source["options"])}


def _wrong(text: str) -> str:
    """A tilde; a text that looks like a weight needs a real one before it."""
    return "~%0%" if text.startswith("%") else "~"


def _multiple_response(source: Mapping[str, Any]) -> Body:
    keys = sum(bool(row.get("key")) for row in source["options"])
    lines = [
        f"\t~%{percent(1 if row.get('key') else -1, keys)}%{_text(row['text'])}{_feedback(row)}\n"
        for row in source["options"]
    ]
    return "\n" + "".join(lines), {"option_ids": default_ids(source["options"])}


def _true_false(source: Mapping[str, Any]) -> Body:
    right, wrong = sorted(source["options"], key=lambda row: not row.get("key"))
    reasons = f"#{_text(wrong.get('rationale', ''))}#{_text(right.get('rationale', ''))}"
    return f"{right['id'].upper()}{reasons}", {}


def _short_text(source: Mapping[str, Any]) -> Body:
    accepted = [row["text"].replace("*", "\\*") for row in source["answers"]]
    lines = [f"\t=%100%{_text(text)}\n" for text in accepted]
    return "\n" + "".join(lines), {}


def _numeric(source: Mapping[str, Any]) -> Body:
    told = source["answer"]
    tolerance = f":{told['tolerance']}" if "tolerance" in told else ""
    return f"#\n\t={told['value']}{tolerance}\n", {"unit": told.get("unit", "")}


def _matching(source: Mapping[str, Any]) -> Body:
    prompts, options = source["prompts"], source["options"]
    texts = {row["id"]: row["text"] for row in options}
    met = met_options(prompts, options)
    pairs = [(_text(row["text"]), row["match"]) for row in prompts]
    pairs += [("", name) for name in met[len({row["match"] for row in prompts}) :]]
    lines = [f"\t={prompt} -> {escape(texts[name])}\n" for prompt, name in pairs]
    return "\n" + "".join(lines), matching_facts(prompts, options)


def _essay(source: Mapping[str, Any]) -> Body:
    return "", {"meant": {name: source[name] for name in ESSAY if name in source}}


@dataclass(frozen=True, slots=True)
class Writer:
    """One type: how its answers are written, and the policy by which they are marked elsewhere."""

    write: Callable[[Mapping[str, Any]], Body]
    policy: str = ALL_OR_NOTHING


WRITERS: Mapping[str, Writer] = {
    "single_choice": Writer(_single_choice),
    "multiple_response": Writer(_multiple_response, "right_minus_wrong"),
    "true_false": Writer(_true_false),
    "short_text": Writer(_short_text),
    "numeric": Writer(_numeric),
    "matching": Writer(_matching, "per_pair"),
    "essay": Writer(_essay),
}

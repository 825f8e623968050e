"""What an item of ours says that another program's format has no place for, and the way back.

Short facts travel as tags (``task:1.A``, ``level:apply``), which people of the other program see, keep
and may write themselves. The rest travels as one line of JSON in a place their programs pass over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.exchange import Given
from quizapp.domain.item import COMMON_FIELDS, ItemVersion, to_source
from quizapp.integrations.item_formats.drafts import Draft

#: Fields a tag tells, each with one value; ``task`` may stand several times.
TAGGED = ("pool", "level", "difficulty", "status", "stimulus")
TASK = "task"
#: Moodle cuts longer tags, so they would come back wrong.
LONGEST_TAG = 50
#: Fields that hold more than a tag, and those of types that other formats do not know.
EXTRA = ("enemies", "sources", "author", "reviewer", "lock_order", "scoring", "case_sensitive")
#: Ids and reasons of rows, by place; and a numeric item's unit, which GIFT has no place for. ``meant`` is
#: a whole item, where what the other program's file says of it, ``said`` as a digest, is not all of it.
ROWS = ("option_ids", "prompt_ids", "met", "reasons", "unit", "meant", "said")
LONGEST = 100_000
#: Separates a scenario, which learners of the other program need before each question, from the stem.
SCENARIO_END = "<!-- quizapp: end of scenario -->"


def tags_of(item: ItemVersion) -> list[str]:
    """The tags of an item, task statements first, in order."""
    told = to_source(item)
    tags = [f"{TASK}:{code}" for code in item.tasks]
    tags += [f"{name}:{told[name]}" for name in TAGGED if told.get(name) is not None]
    return [tag for tag in tags if len(tag) <= LONGEST_TAG]


def extra_of(item: ItemVersion, rows: Mapping[str, Any]) -> str:
    """One line of JSON: what neither the format nor the tags hold; ``rows`` are the format's own."""
    told = to_source(item)
    kept = {name: told[name] for name in EXTRA if name in told}
    kept |= {name: told[name] for name in TAGGED if len(f"{name}:{told.get(name)}") > LONGEST_TAG}
    if any(len(f"{TASK}:{code}") > LONGEST_TAG for code in item.tasks):
        kept["tasks"] = told["tasks"]
    return json.dumps(kept | {name: value for name, value in rows.items() if value}, ensure_ascii=False)


def read_tags(draft: Draft, tags: Iterable[str], given: Given) -> None:
    """Fill fields from tags; those that say nothing here are told, once each."""
    tasks: list[str] = []
    for tag in (tag.strip() for tag in tags):
        name, colon, value = tag.partition(":")
        name, value = name.strip().lower(), value.strip()
        if (name == TASK and value) or tag in given.task_codes:
            tasks.append(value if name == TASK and colon else tag)
        elif name in TAGGED and value:
            draft.fields[name] = int(value) if name == "difficulty" and value.isdecimal() else value
        elif tag:
            draft.change("tags", tag, "tag_dropped", "Items have no free tags; only task codes and fields.")
    # Our own line has them where a tag would be too long.
    if tasks and "tasks" not in draft.fields:
        draft.fields["tasks"] = list(dict.fromkeys(tasks))


def read_extra(draft: Draft, text: str) -> dict[str, Any] | None:
    """Fill fields from a line of ours, and give back what is about rows; None for what is not ours."""
    try:
        told = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        detail = "The line of our own fields was changed and cannot be read."
        draft.change("quizapp", text, "bad_extra", detail)
        return None
    known = {*EXTRA, *COMMON_FIELDS} - {"id", "type"}
    draft.fields |= {name: value for name, value in told.items() if name in known}
    return {name: value for name, value in told.items() if name in ROWS}


def without_scenario(text: str) -> str:
    """The stem after a scenario that was written before it."""
    before, mark, after = text.partition(SCENARIO_END)
    return after.removeprefix("\n\n") if mark else before


def read_category(draft: Draft, path: str, given: Given) -> None:
    """A category that is called like a task statement says what its questions are about."""
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    words = parts[-1].split()
    if words and words[0] in given.task_codes:
        draft.fields.setdefault("tasks", [words[0]])


def scenario_note(draft: Draft) -> Problem:
    """What is said about a text that asks nothing."""
    detail = "A description became a scenario; no item refers to it yet."
    return Problem("type", draft.name, "scenario_made", detail, draft.place)

"""Pictures of items: how a text names one, and what is wrong with how it does.

Markdown says ``![what it shows](media/NAME)``. In files NAME is a file's name; stored texts name a
picture by the digest of its bytes, so that one which changes is another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.form_texts import inside, texts

#: How Markdown names a picture of a package or of a bank.
MEDIA_PREFIX = "media/"
#: Characters of the words that stand for a picture.
LONGEST_WORDS = 500
STORED_NAME = re.compile(r"[0-9a-f]{64}\.(?:png|jpg|webp)")
REFERENCE = re.compile(
    r"!\[(?P<alt>(?:\\.|[^\]\\])*)\]\((?P<open>\s*<?)(?P<target>[^\s()<>]*)(?P<close>>?(?:\s+\"[^\"]*\")?\s*)\)"
)
#: A field of the author's form that names a picture by itself: a mapping with ``name`` and ``alt``.
FIELD = "picture"


def names(value: object) -> frozenset[str]:
    """The NAME of every picture an author's form, or any text of one, refers to."""
    found = set()
    for _path, text in texts(value, ""):
        targets = (match["target"] for match in REFERENCE.finditer(text))
        found |= {target.removeprefix(MEDIA_PREFIX) for target in targets if _is_ours(target)}
    return frozenset(found | {name for _path, name, _alt in _fields(value, "")})


def renamed(value: Any, new: Mapping[str, str]) -> Any:
    """The same value with pictures called by their new names; names that are not in ``new`` stay."""
    if isinstance(value, str):
        return REFERENCE.sub(lambda match: _renamed(match, new), value)
    if isinstance(value, list):
        return [renamed(inner, new) for inner in value]
    if not isinstance(value, Mapping):
        return value
    told = {key: renamed(inner, new) for key, inner in value.items()}
    if _is_field(told.get(FIELD)):
        told[FIELD]["name"] = new.get(told[FIELD]["name"], told[FIELD]["name"])
    return told


def _renamed(match: re.Match[str], new: Mapping[str, str]) -> str:
    name = match["target"].removeprefix(MEDIA_PREFIX)
    if not _is_ours(match["target"]) or name not in new:
        return match[0]
    return f"![{match['alt']}]({match['open']}{MEDIA_PREFIX}{new[name]}{match['close']})"


def check(value: object) -> Iterator[Problem]:
    """What is wrong with how an author's form shows pictures."""
    for path, text in texts(value, ""):
        for match in REFERENCE.finditer(text):
            yield from _check(path, match["target"], match["alt"])
    for path, name, alt in _fields(value, ""):
        yield from _check(path, MEDIA_PREFIX + name, alt)


def check_words(alt: str) -> Iterator[Problem]:
    """What is wrong with the words that stand for a picture."""
    if not alt.strip():
        yield Problem("alt", "", "picture_without_words", "say what it shows, for those who cannot see it")
    if len(alt) > LONGEST_WORDS:
        yield Problem("alt", alt[:60], "too_long", f"at most {LONGEST_WORDS} characters")


def reference(name: str, alt: str) -> str:
    """The Markdown that shows a stored picture, with its words on one line."""
    words = re.sub(r"([\\\[\]])", r"\\\1", " ".join(alt.split()))
    return f"![{words}]({MEDIA_PREFIX}{name})"


def _check(path: str, target: str, alt: str) -> Iterator[Problem]:
    if not _is_ours(target):
        detail = f"a picture of the bank is named {MEDIA_PREFIX}NAME; others are not shown"
        yield Problem(path, target[:60], "picture_elsewhere", detail)
    elif not alt.strip():
        detail = f"say what it shows, for those who cannot see it: ![what it shows]({target})"
        yield Problem(path, target[:60], "picture_without_words", detail)


def _is_ours(target: str) -> bool:
    name = target.removeprefix(MEDIA_PREFIX)
    return target.startswith(MEDIA_PREFIX) and bool(name) and "/" not in name


def _fields(value: object, path: str) -> Iterator[tuple[str, str, str]]:
    """Every picture that is named by a field: its path, its name and its words."""
    if isinstance(value, Mapping) and _is_field(value.get(FIELD)):
        told = value[FIELD]
        yield f"{path}.{FIELD}" if path else FIELD, told["name"], str(told.get("alt") or "")
    for inner_path, inner in inside(value, path):
        yield from _fields(inner, inner_path)


def _is_field(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)

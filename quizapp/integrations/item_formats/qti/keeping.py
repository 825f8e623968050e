"""What QTI cannot say of an item, kept beside it so that our own packages come back exactly.

The writer reads its own file, and keeps the places where that differs from the item it wrote, each
with a digest of what the file says there. The reader puts the kept value back only where the file
still says the same: what somebody changed in another program wins.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Kept: TypeAlias = list[list[Any]]
"""[path, digest of what the file says (None: nothing), [the value] ([]: nothing)]."""
_DIGEST_LENGTH = 16
#: Steps of a path; an author's form has three.
DEEPEST = 8


def difference(said: Mapping[str, Any], meant: Mapping[str, Any]) -> Kept:
    """Where an author's form, as a file says it, is not what was meant."""
    one, other = dict(_leaves(said)), dict(_leaves(meant))
    return [
        [list(path), _digest(one[path]) if path in one else None, [other[path]] if path in other else []]
        for path in dict.fromkeys((*one, *other))
        if path not in one or path not in other or not _same(one[path], other[path])
    ]


def restored(said: Mapping[str, Any], kept: object) -> dict[str, Any]:
    """The author's form a file says, with kept values where it still says the same."""
    leaves = dict(_leaves(said))
    for entry in kept if isinstance(kept, list) else []:
        if not _is_entry(entry):
            continue
        path, digest, value = tuple(entry[0]), entry[1], entry[2]
        if digest != (_digest(leaves[path]) if path in leaves else None):
            continue
        leaves.pop(path, None)
        if value:
            leaves[path] = value[0]
    told = _grown(list(leaves.items()))
    return told if isinstance(told, dict) else {}


def _is_entry(entry: object) -> bool:
    """Whether it may be one of ours: metadata of strangers can hold anything."""
    match entry:
        case [list() as path, str() | None, [] | [str() | int() | float() | None] | [[]]]:
            return 0 < len(path) <= DEEPEST and all(isinstance(step, str | int) for step in path)
    return False


def _leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    else:
        yield path, value


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def _grown(leaves: Sequence[tuple[Path, Any]]) -> Any:
    """The value these leaves are of; places of a list close up where one is missing."""
    if len(leaves) == 1 and not leaves[0][0]:
        return leaves[0][1]
    branches: dict[str | int, list[tuple[Path, Any]]] = {}
    for path, value in leaves:
        # A leaf above others gives way to them.
        if path:
            branches.setdefault(path[0], []).append((path[1:], value))
    if branches and all(isinstance(step, int) for step in branches):
        return [_grown(branches[step]) for step in sorted(branches, key=int)]
    return {str(step): _grown(inner) for step, inner in branches.items()}

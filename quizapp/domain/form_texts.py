"""Every text of an author's form, with the path by which problems name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text inside a value, with its path as problems write it."""
    if isinstance(value, str):
        yield path, value
    for inner_path, inner in inside(value, path):
        yield from texts(inner, inner_path)


def inside(value: object, path: str) -> Iterator[tuple[str, object]]:
    """What a mapping or a list holds, each with its path; nothing for anything else."""
    if isinstance(value, Mapping):
        yield from ((f"{path}.{key}" if path else str(key), inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from ((f"{path}[{_label(inner, place)}]", inner) for place, inner in enumerate(value))


def _label(inner: object, place: int) -> object:
    return inner["id"] if isinstance(inner, Mapping) and inner.get("id") else place

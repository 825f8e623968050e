"""Areas of a picture, in its own pixels: rectangles, circles and polygons, written as HTML writes them.

rect    left,top,right,bottom
circle  x,y,radius
poly    x,y,x,y,x,y ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

NUMBERS = re.compile(r"\d{1,5}(?:\s*,\s*\d{1,5}){2,99}")

Numbers = Sequence[int]
Point = tuple[int, int]


def _rect(numbers: Numbers) -> list[Point]:
    left, top, right, bottom = numbers
    return (
        [(left, top), (right, top), (right, bottom), (left, bottom)] if left < right and top < bottom else []
    )


def _circle(numbers: Numbers) -> list[Point]:
    """The corners of the square around it: where they lie inside a picture, the circle does."""
    x, y, radius = numbers
    return [(x - radius, y - radius), (x + radius, y + radius)] if radius else []


def _poly(numbers: Numbers) -> list[Point]:
    points = list(zip(numbers[0::2], numbers[1::2], strict=True))
    return points if len(set(points)) == len(points) > 2 else []


#: shape -> the points that bound it; none, or ValueError, where the numbers make no such shape
SHAPES: Mapping[str, Callable[[Numbers], list[Point]]] = {"rect": _rect, "circle": _circle, "poly": _poly}


def bounds(shape: str, coords: str) -> list[Point]:
    """The points that bound an area; empty where shape and numbers do not make one."""
    if shape not in SHAPES or not NUMBERS.fullmatch(coords.strip()):
        return []
    try:
        return SHAPES[shape](_numbers(coords))
    except ValueError:
        return []


def drawn(shape: str, coords: str) -> dict[str, Any]:
    """What a page draws: {"circle": (x, y, radius)} or {"points": [...]}, and "label", its middle."""
    points = bounds(shape, coords)
    if shape == "circle":
        x, y, radius = _numbers(coords)
        return {"circle": (x, y, radius), "points": [], "label": (x, y)}
    middle = (sum(x for x, _ in points) // len(points), sum(y for _, y in points) // len(points))
    return {"circle": None, "points": points, "label": middle}


def _numbers(coords: str) -> list[int]:
    return [int(number) for number in coords.split(",")]

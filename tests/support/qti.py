"""Packages of QTI for tests: written by us, and put together as another program would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from quizapp.domain.exchange import Given, Outgoing, Package, Picture
from quizapp.domain.item import ItemVersion, read_item
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.domain.item_types import ITEM_TYPES
from quizapp.integrations.item_formats import item_format
from quizapp.integrations.item_formats.qti.interactions import BY_TYPE
from tests.support.inventions import item

BANK = ItemBank(
    "harbour-items", "harbour-pilotage", "2025-b", "Harbour items", "restricted", "pending", "CC0"
)
FORMATS = ("qti3", "qti2")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0f01f0005"
    "050202e7cd1f1c0000000049454e44ae426082"
)
#: What a person who imports tells, because a foreign file does not.
GIVEN = Given(
    task_codes=("A.1", "B.1"),
    fields={
        "tasks": ["A.1"],
        "pool": "practice",
        "level": "apply",
        "difficulty": 60,
        "author": "Iris",
        "sources": [{"authority": "Port law", "section": "4", "as_of": "2026-01", "review_by": "2028-01"}],
    },
)
MANIFESTS = {
    "3.0": ("http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "imsqti_item_xmlv3p0"),
    "2.2": ("http://www.imsglobal.org/xsd/imscp_v1p1", "imsqti_item_xmlv2p2"),
    "2.1": ("http://www.imsglobal.org/xsd/imscp_v1p1", "imsqti_item_xmlv2p1"),
}


def version_of(source: Mapping[str, Any]) -> ItemVersion:
    """The item of an author's form without problems."""
    made, problems = read_item(source)
    assert made is not None, problems
    return made


def example(kind: str, **changes: Any) -> ItemVersion:
    """A type's own example as an item."""
    told = item(kind.replace("_", "-"), kind)
    if kind == "hotspot":
        # Without a picture it cannot go out.
        told["picture"]["name"] = "p.png"
    return version_of(told | changes)


def examples() -> list[ItemVersion]:
    """One item of every type a package can hold."""
    return [example(kind) for kind in ITEM_TYPES]


def outgoing(
    items: Iterable[ItemVersion], stimuli: Iterable[Stimulus] = (), pictures: Iterable[Picture] = ()
) -> Outgoing:
    """A bank of these."""
    return Outgoing(BANK, tuple(items), tuple(stimuli), tuple(pictures))


def written(name: str, leaving: Outgoing) -> bytes:
    """The file a format makes of it."""
    write = item_format(name).write
    assert write is not None
    return b"".join(write(leaving))


def read(name: str, data: bytes, given: Given = GIVEN) -> Package:
    """What a format reads."""
    reader = item_format(name).read
    assert reader is not None
    return reader(data, given)


def returned(package: Package) -> list[ItemVersion]:
    """The items of a package that came as they are."""
    assert [(entry.place, entry.changes, entry.problems) for entry in package.entries] == [
        (entry.place, (), ()) for entry in package.entries
    ]
    return [version_of(entry.source or {}) for entry in package.entries]


def files(data: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes]) -> bytes:
    """An archive of files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def package(version: str, items: Mapping[str, str], others: Mapping[str, bytes] | None = None) -> bytes:
    """A foreign package of these items by path; ``others`` are in it without being resources."""
    namespace, kind = MANIFESTS[version]
    resources = "".join(
        f'<resource identifier="r{place}" type="{kind}" href="{path}"><file href="{path}"/></resource>'
        for place, path in enumerate(items)
    )
    manifest = f'<manifest xmlns="{namespace}" identifier="m"><resources>{resources}</resources></manifest>'
    told = {path: text.encode() for path, text in items.items()}
    return packed({"imsmanifest.xml": manifest.encode(), **told, **(others or {})})


_WORDS = st.sampled_from(
    ["port", "The pilot", "über", "§ 4", "*deep*", "**two words**", "`a*b`", "x_y_z", "1 < 2 & 3", "\\",
     "[a](b)", "“so”", "2 * 3 * 4", "\n", "\n\n", "\n- one\n- two\n", "\n1. first\n2. second\n",
     "\n> said\n", "\n---\n", "\n```\nraw  text\n```\n", "\n| a | b |\n|---|---|\n| c | d |\n", "# ",
     "  ", "\t", "\r\n", "<b>", "&amp;", "![mark](media/p.png)", "![x](y)", "5.", "+", "-", "~", "!", "|",
     "é\u0301", "\u00a0", "😀"]
)  # fmt: skip
_SPACES = st.sampled_from(["", " ", " "])
#: Markdown of every kind, and much that only looks like it.
texts = (
    st.lists(st.tuples(_WORDS, _SPACES), min_size=1, max_size=6)
    .map(lambda parts: "".join(word + space for word, space in parts))
    .filter(lambda told: bool(told.strip()))
)
_IDS = st.lists(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,5}", fullmatch=True).filter(lambda told: told != "item"),
    min_size=3,
    max_size=5,
    unique=True,
)
_NUMBERS = st.from_regex(r"-?[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True)
_TOLERANCES = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,3})?", fullmatch=True)


@st.composite
def sources(draw: st.DrawFn) -> dict[str, Any]:
    """An author's form of any type; it may have problems."""
    kind = draw(st.sampled_from(list(BY_TYPE)))
    told = draw(BODIES[kind] if kind in BODIES else st.just(ITEM_TYPES[kind].example()))
    return item("x-1", kind) | {name: value for name, value in told.items() if value is not None}


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def _choice(draw: st.DrawFn, policies: tuple[str, ...] = ()) -> dict[str, Any]:
    ids = draw(_IDS)
    keys = (
        draw(st.sets(st.sampled_from(ids), min_size=2, max_size=len(ids) - 1))
        if policies
        else {draw(st.sampled_from(ids))}
    )
    rows = [
        {"id": told, "text": draw(texts), "rationale": draw(texts)} | ({"key": True} if told in keys else {})
        for told in ids
    ]
    return {
        "stem": draw(texts),
        "options": rows,
        "lock_order": draw(_optional(st.booleans())),
        "rationale": draw(_optional(texts)),
        "scoring": draw(_optional(st.sampled_from(policies))) if policies else None,
    }


@st.composite
def _true_false(draw: st.DrawFn) -> dict[str, Any]:
    key = draw(st.booleans())
    rows = [
        {"id": told, "rationale": draw(texts)} | ({"key": True} if is_key else {})
        for told, is_key in (("true", key), ("false", not key))
    ]
    return {"stem": draw(texts), "options": rows, "rationale": draw(_optional(texts))}


@st.composite
def _ordering(draw: st.DrawFn) -> dict[str, Any]:
    rows = [{"id": told, "text": draw(texts), "rationale": draw(texts)} for told in draw(_IDS)]
    policy = draw(_optional(st.sampled_from(["all_or_nothing", "adjacent_pairs"])))
    return {"stem": draw(texts), "options": rows, "scoring": policy, "rationale": draw(_optional(texts))}


@st.composite
def _matching(draw: st.DrawFn) -> dict[str, Any]:
    offered = draw(_IDS)
    prompts = [
        {"id": told, "text": draw(texts), "match": draw(st.sampled_from(offered)), "rationale": draw(texts)}
        for told in draw(_IDS)
    ]
    return {
        "stem": draw(texts),
        "prompts": prompts,
        "options": [{"id": told, "text": draw(texts)} for told in offered],
        "lock_order": draw(_optional(st.booleans())),
        "scoring": draw(_optional(st.sampled_from(["all_or_nothing", "per_pair"]))),
        "rationale": draw(_optional(texts)),
    }


@st.composite
def _numeric(draw: st.DrawFn) -> dict[str, Any]:
    answer = {
        "value": draw(_NUMBERS),
        "tolerance": draw(_optional(_TOLERANCES)),
        "unit": draw(_optional(st.sampled_from(["days", "km/h", "€", ""]))),
        "rationale": draw(texts),
    }
    return {
        "stem": draw(texts),
        "answer": {name: value for name, value in answer.items() if value is not None},
    }


@st.composite
def _short_text(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "stem": draw(texts),
        "answers": [{"text": text} for text in draw(st.lists(texts, min_size=1, max_size=3))],
        "case_sensitive": draw(_optional(st.booleans())),
        "rationale": draw(texts),
    }


_PLAIN = st.lists(
    st.sampled_from(["port", "The pilot", "1 < 2", "*", "\n", " ", "  ", "[a]", "&amp;", ".", "é"]),
    min_size=1,
    max_size=5,
).map("".join)
_WORD = _PLAIN.filter(lambda told: bool(told.strip()))


@st.composite
def _gapped(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(_IDS)
    text = "".join(f"{draw(_PLAIN)}[[{told}]]" for told in ids) + draw(_PLAIN)
    policy = draw(_optional(st.sampled_from(["all_or_nothing", "per_gap"])))
    return {
        "stem": draw(texts),
        "text": text,
        "ids": ids,
        "scoring": policy,
        "rationale": draw(_optional(texts)),
    }


@st.composite
def _dropdowns(draw: st.DrawFn) -> dict[str, Any]:
    told = draw(_gapped())
    rows = []
    for name in told.pop("ids"):
        ids = draw(_IDS)
        keys = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1))
        options = [{"id": one, "text": draw(_WORD)} | ({"key": True} if one in keys else {}) for one in ids]
        rows.append({"id": name, "options": options, "rationale": draw(texts)})
    return {**told, "gaps": rows, "lock_order": draw(_optional(st.booleans()))}


@st.composite
def _words(draw: st.DrawFn) -> dict[str, Any]:
    told = draw(_gapped())
    some = st.lists(_WORD.map(lambda word: {"text": word}), min_size=1, max_size=3)
    rows = [{"id": name, "answers": draw(some), "rationale": draw(texts)} for name in told.pop("ids")]
    more = {"distractors": draw(_optional(some)), "case_sensitive": draw(_optional(st.booleans()))}
    return {**told, "gaps": rows, **more}


@st.composite
def _matrix(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(_optional(_IDS))
    told = st.sampled_from(ids or ["true", "false"])
    rows = [
        {"id": name, "text": draw(texts), "column": draw(told), "rationale": draw(texts)}
        for name in draw(_IDS)
    ]
    return {
        "stem": draw(texts),
        "statements": rows,
        "columns": [{"id": name, "text": draw(texts)} for name in ids] if ids else None,
        "lock_order": draw(_optional(st.booleans())),
        "scoring": draw(_optional(st.sampled_from(["all_or_nothing", "per_row", "kprim"]))),
    }


@st.composite
def _hotspot(draw: st.DrawFn) -> dict[str, Any]:
    ids, is_many = draw(_IDS), draw(_optional(st.booleans()))
    keys = draw(st.sets(st.sampled_from(ids), min_size=1, max_size=len(ids) - 1 if is_many else 1))
    shapes = st.sampled_from([("rect", "0,0,9,9"), ("circle", "20, 20,5"), ("poly", "0,0,9,0,9,9")])
    rows = []
    for told in ids:
        shape, coords = draw(shapes)
        row = {"id": told, "text": draw(_WORD), "shape": shape, "coords": coords, "rationale": draw(texts)}
        rows.append(row | ({"key": True} if told in keys else {}))
    picture = {"name": "p.png", "width": 40, "height": 30, "alt": draw(_WORD)}
    policies = ["all_or_nothing", "per_option"] if is_many else ["all_or_nothing"]
    return {
        "stem": draw(texts),
        "picture": picture,
        "options": rows,
        "several": is_many,
        "lock_order": draw(_optional(st.booleans())),
        "scoring": draw(_optional(st.sampled_from(policies))),
    }


BODIES: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "single_choice": _choice(),
    "multiple_response": _choice(policies=("all_or_nothing", "right_minus_wrong", "per_option")),
    "true_false": _true_false(),
    "ordering": _ordering(),
    "matching": _matching(),
    "numeric": _numeric(),
    "short_text": _short_text(),
    "dropdown_cloze": _dropdowns(),
    "gap_text": _words(),
    "matrix": _matrix(),
    "hotspot": _hotspot(),
}
#: Items of every type without problems.
items = sources().map(lambda source: read_item(source)[0]).filter(lambda made: made is not None)

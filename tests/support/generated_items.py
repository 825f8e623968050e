"""Items of every type with texts nobody would write, for formats that must carry them exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from quizapp.domain.exchange import Given, ItemFormat, Outgoing, Package
from quizapp.domain.formula import of_text
from quizapp.domain.item import ItemVersion, read_item
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.domain.item_types import ITEM_TYPES

BANK = ItemBank("odd-bank", "small", "1", "Odd / even bank", "restricted", "pending", "CC0-1.0")
SOURCE = {"authority": "A law", "section": "§ 4 [a]", "as_of": "2026-11", "review_by": "2027-11"}
SCENARIO = Stimulus("storm-1", "A storm & more", "The *wind* turns.\n\n- north\n- east")
#: What a person who imports tells for files that say nothing.
GIVEN = Given(
    task_codes=("1.A", "1.B"),
    fields={
        "tasks": ["1.B"],
        "pool": "practice",
        "level": "understand",
        "difficulty": 60,
        "author": "An importer",
        "sources": [SOURCE],
    },
)
SIGNS = "ab Z09*_#=~{}:\\[]()<>&|`->.!+%$/\"'é漢½²\n,;@"
#: With signs that mean something to Markdown, to HTML and to the formats themselves.
FORMULAS = (
    "$x^2$",
    r"So $\frac{a_1 * b_2 * c}{2}$ <b>",
    r"$$\{x \,|\, x > 0\}$$",
    "$a_b + c_d$ for $5",
    r"$50\,\%$ \$",
)
#: What stands between two dollars is a formula, and has to be one.
_PLAIN = (
    st.text(SIGNS, min_size=1, max_size=24).map(str.strip).filter(lambda text: text and not [*of_text(text)])
)
WORDS = st.one_of(_PLAIN, _PLAIN, _PLAIN, st.sampled_from(FORMULAS))
STEMS = st.tuples(WORDS, st.sampled_from(["", "\n"])).map("".join)
IDS = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,3}", fullmatch=True), min_size=8, max_size=8, unique=True)
DISTINCT = st.lists(WORDS, min_size=5, max_size=5, unique_by=lambda text: " ".join(text.split()).casefold())
NUMBERS = st.decimals(-(10**6), 10**6, places=3).map(str)


@st.composite
def items(draw: st.DrawFn, types: Sequence[str] = ()) -> ItemVersion:
    """A valid item; its id is that of its type, so a list of one each can be a bank."""
    name = draw(st.sampled_from(sorted(types or BODIES)))
    source = {
        "id": name.replace("_", "-"),
        "type": name,
        "tasks": draw(st.sampled_from([["1.A"], ["1.B", "1.A"]])),
        "pool": draw(st.sampled_from(["practice", "secure"])),
        "level": "apply",
        "difficulty": draw(st.integers(0, 100)),
        "stem": draw(STEMS),
        **draw(BODIES[name]()),
        "enemies": draw(st.sampled_from([[], ["other-1"]])),
        "sources": [{**SOURCE, "section": draw(WORDS)}],
        "author": "A writer",
        "reviewer": draw(st.sampled_from([None, "A reader"])),
        "status": draw(st.sampled_from(["draft", "approved"])),
        **draw(st.sampled_from([{}, {"stimulus": SCENARIO.id}])),
    }
    item, problems = read_item(source)
    assert item is not None, problems
    return item


def _rows(texts: Sequence[str], ids: Sequence[str], reasons: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": name, "text": text, "rationale": reason}
        for name, text, reason in zip(ids, texts, reasons, strict=False)
    ]


@st.composite
def _choice(draw: st.DrawFn, keys: int) -> dict[str, Any]:
    rows = _rows(draw(DISTINCT), draw(st.one_of(st.just(list("abcdefgh")), IDS)), draw(DISTINCT))
    for row in draw(st.permutations(rows))[:keys]:
        row["key"] = True
    extra = draw(st.sampled_from([{}, {"lock_order": True}, {"lock_order": False}]))
    policies = [{}, {"scoring": "right_minus_wrong"}, {"scoring": "per_option"}] if keys > 1 else [{}]
    return {"options": rows, **extra, **draw(st.sampled_from(policies)), **draw(_rationale())}


def _rationale() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(st.just({}), WORDS.map(lambda text: {"rationale": text}))


@st.composite
def _true_false(draw: st.DrawFn) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [{"id": name, "rationale": draw(WORDS)} for name in ("true", "false")]
    draw(st.sampled_from(rows))["key"] = True
    return {"options": rows, **draw(_rationale())}


@st.composite
def _ordering(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(IDS.filter(lambda ids: ids[:5] != sorted(ids[:5])))
    policy = draw(st.sampled_from([{}, {"scoring": "adjacent_pairs"}]))
    return {"options": _rows(draw(DISTINCT), ids, draw(DISTINCT)), **policy, **draw(_rationale())}


@st.composite
def _matching(draw: st.DrawFn) -> dict[str, Any]:
    offered = [{"id": name, "text": text} for name, text in zip("wxyz", draw(DISTINCT), strict=False)]
    prompts = _rows(draw(DISTINCT)[:3], ["p1", "p2", "p3"], draw(DISTINCT))
    for row, match in zip(prompts, draw(st.sampled_from(["xwy", "zxx", "www"])), strict=True):
        row["match"] = match
    policy = draw(st.sampled_from([{}, {"scoring": "per_pair"}]))
    return {"prompts": prompts, "options": draw(st.permutations(offered)), **policy, **draw(_rationale())}


@st.composite
def _numeric(draw: st.DrawFn) -> dict[str, Any]:
    answer = {"value": draw(NUMBERS), "rationale": draw(WORDS)}
    answer |= draw(st.sampled_from([{}, {"tolerance": "0"}, {"tolerance": "1.50"}]))
    return {"answer": answer | draw(st.sampled_from([{}, {"unit": "km & m"}]))}


@st.composite
def _short_text(draw: st.DrawFn) -> dict[str, Any]:
    extra = draw(st.sampled_from([{}, {"case_sensitive": True}, {"case_sensitive": False}]))
    texts = ["".join(text.split()) for text in draw(DISTINCT)]
    unlike = {text.casefold(): text for text in texts if text != "½"}
    accepted = [{"text": text} for text in unlike.values()] or [{"text": "word"}]
    return {"answers": accepted[:1], **extra, "rationale": draw(WORDS)}


@st.composite
def _essay(draw: st.DrawFn) -> dict[str, Any]:
    texts, points = draw(DISTINCT), draw(st.sampled_from(["12", "502"]))
    levels = [{"points": point, "text": text} for point, text in zip("0" + points, texts, strict=False)]
    criteria = [
        {"id": name, "text": text, "levels": levels[:3] if "0" not in points else levels[:2]}
        for name, text in zip(draw(IDS)[:2], texts[3:], strict=True)
    ]
    words = draw(st.sampled_from([{}, {"words": {"least": "3"}}, {"words": {"least": "3", "most": "200"}}]))
    marking = draw(st.sampled_from([{}, {"marking": {"markers": "2", "difference": "1"}}]))
    return {"criteria": criteria, **words, **marking, **draw(_rationale())}


#: What stands in a text with gaps is no Markdown; two brackets would be a gap.
_LINES = st.text(SIGNS.replace("[", "").replace("]", ""), min_size=1, max_size=12)
_SOME_WORDS = st.lists(
    WORDS.filter(lambda text: "\n" not in text and len(text) < 90),
    min_size=3,
    max_size=3,
    unique_by=lambda text: "".join(text.split()).casefold(),
)


@st.composite
def _gapped(draw: st.DrawFn) -> tuple[list[str], dict[str, Any]]:
    ids = draw(IDS)[:2]
    text = "".join(f"{draw(_LINES)}[[{name}]]" for name in ids) + draw(_LINES)
    policy = draw(st.sampled_from([{}, {"scoring": "per_gap"}, {"scoring": "all_or_nothing"}]))
    return ids, {"text": text, **policy, **draw(_rationale())}


@st.composite
def _dropdown_cloze(draw: st.DrawFn) -> dict[str, Any]:
    ids, told = draw(_gapped())
    rows = []
    for name in ids:
        options: list[dict[str, Any]] = [
            {"id": key, "text": text} for key, text in zip("xyz", draw(_SOME_WORDS), strict=True)
        ]
        for row in options[: draw(st.integers(1, 2))]:
            row["key"] = True
        rows.append({"id": name, "options": draw(st.permutations(options)), "rationale": draw(WORDS)})
    return {**told, "gaps": rows, **draw(st.sampled_from([{}, {"lock_order": True}]))}


@st.composite
def _gap_text(draw: st.DrawFn) -> dict[str, Any]:
    ids, told = draw(_gapped())
    words = [{"text": text} for text in draw(_SOME_WORDS)]
    rows = [{"id": ids[0], "answers": words[:1]}, {"id": ids[1], "answers": words[:2]}]
    gaps = [row | {"rationale": draw(WORDS)} for row in rows]
    extra = draw(st.sampled_from([{}, {"distractors": words[2:]}, {"case_sensitive": True}]))
    return {**told, "gaps": gaps, **extra}


@st.composite
def _parametrised(draw: st.DrawFn) -> dict[str, Any]:
    stem = draw(WORDS.filter(lambda text: "{" not in text))
    formula = draw(
        st.sampled_from(["2*days ^ 2", "-(days - 3) / 4", "max(days, 1.5)", "round(sqrt(days), 2)"])
    )
    answer = {"expression": formula, "tolerance": draw(st.sampled_from(["0.1", "2"]))}
    step = draw(st.sampled_from(["1", "0.25"]))
    return {
        "stem": f"{stem} {{days}}",
        "parameters": [{"name": "days", "from": "1", "to": "3", "step": step}],
        "answer": {**answer, "rationale": draw(WORDS.filter(lambda text: "{" not in text))},
    }


BODIES: Mapping[str, Any] = {
    "single_choice": lambda: _choice(1),
    "multiple_response": lambda: _choice(2),
    "true_false": _true_false,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _numeric,
    "short_text": _short_text,
    "essay": _essay,
    "dropdown_cloze": _dropdown_cloze,
    "gap_text": _gap_text,
    "parametrised_numeric": _parametrised,
}


def there_and_back(form: ItemFormat, items: Sequence[ItemVersion], given: Given = GIVEN) -> Package:
    """What a format reads of what it wrote."""
    assert form.write is not None
    assert form.read is not None
    return form.read(b"".join(form.write(outgoing(items))), given)


def outgoing(items: Sequence[ItemVersion]) -> Outgoing:
    """Items with the scenario that some of them share."""
    scenarios = (SCENARIO,) if any(item.stimulus for item in items) else ()
    return Outgoing(BANK, tuple(items), scenarios, tasks={"1.A": "Do A/B.", "1.B": "Do B."})


def as_items(package: Package) -> list[ItemVersion]:
    """The items of a package whose entries all came as they were."""
    told = []
    for entry in package.entries:
        assert (entry.changes, entry.problems) == ((), ()), entry
        assert entry.source is not None
        item, problems = read_item(entry.source)
        assert item is not None, problems
        told.append(item)
    return told


def _plain(name: str, **body: Any) -> dict[str, Any]:
    common = {"id": name, "tasks": ["1.A"], "pool": "practice", "level": "apply", "difficulty": 50}
    return {**common, "stem": "What?", "sources": [SOURCE], "author": "A writer", **body}


def _four(key: str = "") -> list[dict[str, Any]]:
    rows = [{"id": name, "text": f"Text {name}", "rationale": f"Why {name}."} for name in "bdca"]
    return [row | ({"key": True} if row["id"] in key else {}) for row in rows]


TRUE: dict[str, Any] = {"id": "true", "key": True, "rationale": "Y"}
#: One item of each type, and what the formats say of them.
PLAIN: list[dict[str, Any]] = [
    _plain("one", type="single_choice", options=_four("a")),
    _plain("all", type="multiple_response", options=_four("ab")),
    _plain("two", type="true_false", options=[TRUE, {"id": "false", "rationale": "N"}]),
    _plain("row", type="ordering", options=_four(), scoring="adjacent_pairs"),
    _plain(
        "map",
        type="matching",
        prompts=[
            {"id": "p", "text": "P", "match": "y", "rationale": "R"},
            {"id": "q", "text": "Q", "match": "x", "rationale": "S"},
        ],
        options=[{"id": "x", "text": "X"}, {"id": "y", "text": "Y"}],
    ),
    _plain("num", type="numeric", answer={"value": "3", "unit": "km", "rationale": "R"}),
    _plain("txt", type="short_text", answers=[{"text": "a -> b"}], case_sensitive=True, rationale="R"),
    *(
        _plain(name.replace("_", "-"), **{"type": name, **ITEM_TYPES[name].example()})
        for name in (
            "essay",
            "dropdown_cloze",
            "gap_text",
            "parametrised_numeric",
            "matrix",
            "hotspot",
        )
    ),
]
LEFT_OUT = [(entry["id"], "type", "left_out") for entry in PLAIN[7:]]
PLAIN_LOSSES = {
    "moodle-xml": [
        ("", "file", "only_here"),
        ("all", "scoring", "marked_differently"),
        ("row", "scoring", "marked_differently"),
        ("map", "prompts", "only_here"),
        ("map", "scoring", "marked_differently"),
        ("dropdown-cloze", "gaps", "only_here"),
        ("gap-text", "gaps", "only_here"),
        ("matrix", "type", "left_out"),
        ("hotspot", "type", "left_out"),
    ],
    "gift": [
        ("", "file", "only_here"),
        ("all", "scoring", "marked_differently"),
        ("row", "type", "left_out"),
        ("map", "scoring", "marked_differently"),
        ("map", "prompts", "only_here"),
        ("num", "answer.unit", "only_here"),
        ("txt", "stem", "left_out"),
        ("essay", "criteria", "only_here"),
        *LEFT_OUT[1:],
    ],
    "aiken": [
        ("", "file", "left_out"),
        ("all", "type", "left_out"),
        ("two", "type", "left_out"),
        ("row", "type", "left_out"),
        ("map", "type", "left_out"),
        ("num", "type", "left_out"),
        ("txt", "type", "left_out"),
        *LEFT_OUT,
    ],
}

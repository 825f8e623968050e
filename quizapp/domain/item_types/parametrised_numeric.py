"""Parametrised numeric: a number reckoned from others, which every form draws anew.

The stem has {names}; the author gives a range for each and a formula for the answer. Reading the
form expands it into variants: their values are public, their answers are the key. `settle` picks
the variant of a form, and from then on content and response speak of no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from quizapp.domain.errors import Problem
from quizapp.domain.item_types import checks, expression, numeric, options, responses, variants
from quizapp.domain.item_types.base import (
    ITEM_RATIONALE,
    Content,
    Fields,
    ItemType,
    Key,
    Mark,
    Order,
    Response,
    Review,
    ReviewRow,
    Source,
    as_stored,
)
from quizapp.domain.item_types.expression import ExpressionError
from quizapp.domain.item_types.marks import UNANSWERED, whole
from quizapp.domain.item_types.source import Reader, optional

NAME = "parametrised_numeric"
SOURCE_FIELDS = frozenset({"stem", "parameters", "answer"})
PARAMETER_FIELDS = frozenset({"name", "from", "to", "step"})
ANSWER_FIELDS = frozenset({"expression", "tolerance", "unit", "rationale"})
VARIANTS = "variants"
MOST_PARAMETERS = 8
#: Decimals that an answer may have where it must be met exactly, and that a result page shows.
MOST_PLACES = expression.MOST_PLACES


def split(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """Variants only where the ranges can be read; answers only where the formula can be reckoned."""
    reader = Reader(source, SOURCE_FIELDS)
    answer = reader.child("answer", ANSWER_FIELDS)
    parameters = [
        {name: row.text(name) for name in ("name", "from", "to", "step")}
        for row in reader.rows("parameters", PARAMETER_FIELDS)
    ]
    content: dict[str, Any] = {"stem": reader.text("stem")}
    answer.keep_text(content, "unit")
    content[VARIANTS] = _variants(parameters)
    key: dict[str, Any] = {"expression": answer.text("expression"), "parameters": parameters}
    key["answers"] = _answers(key["expression"], content[VARIANTS])
    answer.keep_text(key, "tolerance")
    key["rationales"] = {}
    answer.keep_text(key["rationales"], "rationale", under=ITEM_RATIONALE)
    return content, reader.finish(key)


def _variants(parameters: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    ranges = [_range(row) for row in parameters]
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(ranges) or len(ranges) > MOST_PARAMETERS:
        return []
    listed = enumerate(variants.expand(known), start=1)
    return [{"id": f"v{number}", "values": values} for number, values in listed]


def _range(row: Mapping[str, str]) -> variants.Range | None:
    return variants.read_range(row["name"], row["from"], row["to"], row["step"])


def _answers(text: str, listed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The answer of each variant as a fraction, exactly; none, where one cannot be reckoned."""
    try:
        formula = expression.parse(text)
        return {row["id"]: str(_answer(formula, row)) for row in listed}
    except ExpressionError:
        return {}


def _answer(formula: expression.Node, row: Mapping[str, Any]) -> Fraction:
    return expression.value(formula, {name: Fraction(value) for name, value in row["values"].items()})


def join(content: Content, key: Key) -> dict[str, Any]:
    answer = {"expression": key["expression"], **optional(key, "tolerance"), **optional(content, "unit")}
    if ITEM_RATIONALE in key["rationales"]:
        answer["rationale"] = key["rationales"][ITEM_RATIONALE]
    parameters = [dict(row) for row in key["parameters"]]
    return {"stem": content["stem"], "parameters": parameters, "answer": answer}


# --- checking ---------------------------------------------------------------------------


def check(content: Content, key: Key) -> list[Problem]:
    found = checks.common(content, key) + list(_check_parameters(key["parameters"]))
    found += _check_stem(content["stem"], [row["name"] for row in key["parameters"]])
    if len(content[VARIANTS]) == 1:
        found.append(checks.problem("parameters", "", "one_variant"))
    found += _check_expression(content, key) + numeric.check_tolerance(key)
    return found + checks.text("answer.rationale", key["rationales"].get(ITEM_RATIONALE, ""))


def _check_parameters(parameters: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
    names = [row["name"] for row in parameters]
    if not names:
        yield checks.problem("parameters", "", "missing")
    if len(names) > MOST_PARAMETERS:
        yield checks.problem("parameters", len(names), "too_many")
    for place, row in enumerate(parameters):
        field = f"parameters[#{place + 1}]"
        if not variants.NAME.fullmatch(row["name"]) or row["name"] in expression.FUNCTIONS:
            yield checks.problem(f"{field}.name", row["name"], "bad_name")
        elif row["name"] in names[:place]:
            yield checks.problem(f"{field}.name", row["name"], "duplicate_id")
        if _range(row) is None:
            yield checks.problem(field, f"{row['from']} to {row['to']} by {row['step']}", "bad_range")


def _check_stem(stem: str, names: Sequence[str]) -> Iterator[Problem]:
    shown = variants.places(stem)
    for name in dict.fromkeys(shown):
        if name not in names:
            yield checks.problem("stem", f"{{{name}}}", "unknown_parameter")
    shown += variants.in_formulas(stem)
    for name in dict.fromkeys(names):
        if name not in shown and stem.strip():
            yield checks.problem("parameters", name, "not_in_stem")


def _check_expression(content: Content, key: Key) -> list[Problem]:
    """One problem with the formula as it stands, or with the first variant it fails in."""
    field, text = "answer.expression", key["expression"]
    if not text.strip():
        return [checks.problem(field, text, "missing")]
    try:
        formula = expression.parse(text)
    except ExpressionError as error:
        return [checks.problem(field, text, error.reason)]
    for row in content[VARIANTS]:
        try:
            answer = _answer(formula, row)
        except ExpressionError as error:
            return [checks.problem(field, variants.told(row["values"]), error.reason)]
        if answer != expression.rounded(answer, Fraction(MOST_PLACES)) and _is_exact(key):
            return [checks.problem(field, variants.told(row["values"]), "endless_answer")]
    return []


def _is_exact(key: Key) -> bool:
    return not key.get("tolerance", numeric.NO_TOLERANCE).strip("0.")


# --- asking -----------------------------------------------------------------------------


def settle(content: Content, order: Order) -> Content:
    """The content with the variant of a form alone: the first in the form's arrangement of them."""
    by_id = {row["id"]: row for row in content[VARIANTS]}
    chosen = order(VARIANTS, list(by_id))[:1]
    return {**content, VARIANTS: [by_id[name] for name in chosen]}


def present(content: Content, _order: Order) -> dict[str, Any]:
    """A settled content shows its numbers; any other its names, and the variants to choose from."""
    rows = content[VARIANTS]
    values = rows[0]["values"] if len(rows) == 1 else {}
    return {
        "type": NAME,
        "stem": variants.filled(content["stem"], values),
        "unit": content.get("unit", ""),
        "longest_text": numeric.LONGEST_TEXT,
        VARIANTS: [] if values else [{"id": r["id"], "text": variants.told(r["values"])} for r in rows],
    }


def parse(content: Content, fields: Fields) -> dict[str, Any] | None:
    given = {name: responses.only(fields, name) for name in ("number", "variant")}
    return accept(content, given)


def accept(content: Content, response: object) -> dict[str, Any] | None:
    """The response of a numeric item, and the variant it answers; a settled content knows which."""
    given = dict(responses.members(response, "number", "text", "variant"))
    known = options.ids(content, VARIANTS)
    variant = responses.one_of(given.pop("variant", None), known)
    read = numeric.accept(content, given)
    if len(known) == 1:
        variant = known[0]
    return {**read, "variant": variant} if read and variant else read


def is_complete(content: Content, response: Response | None) -> bool:
    return numeric.is_complete(content, response) and response is not None and "variant" in response


def mark(key: Key, content: Content, response: Response | None) -> Mark:
    """Right when any reading of what was typed is near the answer of the variant it was typed to."""
    stored = responses.readable(accept, content, response) or {}
    if "variant" not in stored or stored["variant"] not in key["answers"]:
        return UNANSWERED
    value = Fraction(key["answers"][stored["variant"]])
    return whole(numeric.is_near(key, content, numeric.written(stored), value))


def right(content: Content, key: Key) -> dict[str, Any]:
    """The response that is right in a settled content."""
    (row,) = content[VARIANTS]
    return {"number": shown(Fraction(key["answers"][row["id"]]))}


def rekey(key: Key, response: Response) -> dict[str, Any]:
    """Another answer to one variant; the formula keeps answering the others."""
    answers = {**key["answers"], response["variant"]: response["number"]}
    return {**key, "answers": answers}


def describe(content: Content, key: Key, response: Response | None, order: Order = as_stored) -> Review:
    """One row per variant of the content: the form's own, or all of them for authors."""
    stored = responses.readable(accept, content, response) or {}
    rows = content[VARIANTS]
    values = rows[0]["values"] if len(rows) == 1 else {}
    marked, given = mark(key, content, response), numeric.written(stored)
    return Review(
        NAME,
        variants.filled(content["stem"], values),
        marked,
        is_answered=bool(given),
        rows=tuple(_review_row(row, key, stored, marked.is_right) for row in rows),
        rationale=variants.filled(key["rationales"].get(ITEM_RATIONALE, ""), values),
        given=given,
        unit=content.get("unit", ""),
        tolerance=key.get("tolerance", numeric.NO_TOLERANCE),
    )


def _review_row(row: Mapping[str, Any], key: Key, stored: Response, is_right: bool) -> ReviewRow:
    is_asked = stored.get("variant") == row["id"]
    return ReviewRow(
        id=row["id"],
        text=variants.told(row["values"]),
        chosen=is_asked,
        is_key=True,
        is_right=is_asked and is_right,
        given=numeric.written(stored) if is_asked else "",
        expected=shown(Fraction(key["answers"][row["id"]])),
    )


def shown(answer: Fraction) -> str:
    """An answer in decimals, rounded where it does not end."""
    places = next((n for n in range(MOST_PLACES) if (answer * 10**n).denominator == 1), MOST_PLACES)
    scaled = expression.rounded(answer, Fraction(places)) * 10**places
    digits = str(abs(int(scaled))).rjust(places + 1, "0")
    whole_part, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if scaled < 0 else "") + whole_part + (f".{part}" if part else "")


def example() -> dict[str, Any]:
    return {
        "stem": "A permit of {days} days was issued {passed} days ago. How many days does it still run?",
        "parameters": [
            {"name": "days", "from": "30", "to": "90", "step": "15"},
            {"name": "passed", "from": "5", "to": "20", "step": "5"},
        ],
        "answer": {
            "expression": "days - passed",
            "tolerance": "0",
            "unit": "days",
            "rationale": "The days that have passed are taken from those that were given.",
        },
    }


TYPE = ItemType(
    name=NAME,
    source_fields=SOURCE_FIELDS,
    split=split,
    join=join,
    check=check,
    present=present,
    parse=parse,
    accept=accept,
    is_complete=is_complete,
    mark=mark,
    rekey=rekey,
    describe=describe,
    example=example,
    settle=settle,
)

"""Hotspots: options that are regions of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types.base import Response
from quizapp.domain.item_types.options import letter
from quizapp.integrations.item_formats.qti import choices
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
from quizapp.integrations.item_formats.qti.values import Many, Value

INTERACTION = "hotspot-interaction"
OPTIONS = choices.OPTIONS
_SIDES = ("width", "height")


def lacks(item: ItemVersion) -> str:
    """Why an item cannot go out: regions of a plan have no picture they could be regions of."""
    content: Mapping[str, Any] = item.content
    return (
        ""
        if content["picture"].get("name")
        else "QTI needs a picture, and this plan has none; it is left out"
    )


def write(markup: Markup, item: ItemVersion) -> Question:
    """A hotspot interaction; its choices are labelled, so that nobody has to see the picture."""
    content: Mapping[str, Any] = item.content
    key: Mapping[str, Any] = item.key
    make, picture, is_many = markup.make, content["picture"], bool(content.get("several"))
    told = {"response-identifier": RESPONSE, "max-choices": "0" if is_many else "1"}
    size = {side: str(picture[side]) for side in _SIDES}
    regions = [_region(markup, row) for row in content[OPTIONS]]
    interaction = make(INTERACTION, told, markup.picture(picture["name"], picture["alt"], size), *regions)
    keys = [to_identifier(one) for one in key["keys"]]
    response = declaration(make, "multiple" if is_many else "single", "identifier", keys)
    rules, options = Rules(make), [to_identifier(row["id"]) for row in content[OPTIONS]]
    worth, rewards = choices.pays(rules, str(key.get("scoring")), keys, options)
    if worth:
        response.append(mapping(make, worth))
    given = [(row["id"], key["rationales"].get(row["id"], "")) for row in content[OPTIONS]]
    reasons = [modal(markup, option, reason) for option, reason in given if reason]
    return Question([response], [interaction], rewards, [rules.variable()], reasons)


def _region(markup: Markup, row: Mapping[str, str]) -> Element:
    told = {"identifier": to_identifier(row["id"]), "shape": row["shape"], "coords": row["coords"]}
    return markup.make("hotspot-choice", {**told, "hotspot-label": row["text"]})


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a hotspot interaction; raises `Refusal`."""
    declared = asked.response(interaction)
    keys = choices.keys_of(declared)
    if not keys:
        raise Refusal("key", declared.identifier, "key_unclear")
    rows = _rows(asked, children(interaction, "hotspot-choice"))
    for row in rows:
        if asked.identifier(OPTIONS, row["id"]) in keys:
            row["key"] = True
    told = {
        "type": "hotspot",
        "stem": asked.stem(interaction),
        "picture": _picture(asked, interaction),
        OPTIONS: rows,
    }
    return {**told, "several": True} if declared.cardinality == "multiple" else told


def _rows(asked: Asked, regions: list[Element]) -> list[dict[str, Any]]:
    names = asked.ids(OPTIONS, [attribute(one, "identifier") for one in regions])
    rows = []
    for place, (told, region) in enumerate(zip(names, regions, strict=True)):
        identifier, label = attribute(region, "identifier"), attribute(region, "hotspot-label")
        asked.identifiers[f"{OPTIONS}.{told}"] = identifier
        if not label:
            asked.changes.add(OPTIONS, identifier, "label_made")
        coords = ",".join(part.strip() for part in attribute(region, "coords").split(","))
        row = {
            "id": told,
            "text": label or letter(place),
            "shape": attribute(region, "shape"),
            "coords": coords,
        }
        why = asked.shown_for(f"{OPTIONS}[{told}].rationale", identifier)
        rows.append({**row, "rationale": why} if why else row)
    return rows


def _picture(asked: Asked, interaction: Element) -> dict[str, Any]:
    # Directly inside: the prompt may show pictures of its own.
    shown = children(interaction, "img", "object", "picture")
    image = next((one for outer in shown for one in every(outer, "img", "object")), None)
    address = "" if image is None else attribute(image, "src") or attribute(image, "data")
    found = asked.prose.picture(address)
    if image is None or found is None:
        raise Refusal("picture", address, "missing_file")
    size = {side: attribute(image, side) for side in _SIDES}
    if not all(told.isascii() and told.isdigit() for told in size.values()):
        raise Refusal("picture", address, "picture_size_unknown")
    words = attribute(image, "alt") or " ".join(text_of(image).split())
    name = found.removeprefix(MEDIA_PREFIX)
    return {"name": name, **{side: int(told) for side, told in size.items()}, "alt": words}


def probes(asked: Asked, source: Mapping[str, Any]) -> list[tuple[Response | None, Value]]:
    """The right regions, none, each alone, and where several may be chosen some of both."""
    ids = [row["id"] for row in source[OPTIONS]]
    keys = [row["id"] for row in source[OPTIONS] if row.get("key")]
    wrong = [one for one in ids if one not in keys]
    tried = [keys, *([one] for one in ids)]
    if source.get("several"):
        tried += [keys + wrong[:1], keys[1:] + wrong[:1], ids]
    told = [_given(asked, one, bool(source.get("several"))) for one in tried if one]
    return [*told, (None, None)]


def _given(asked: Asked, chosen: list[str], is_many: bool) -> tuple[Response, Value]:
    told = tuple(asked.identifier(OPTIONS, one) for one in chosen)
    return {"choices": sorted(chosen)}, Many(told) if is_many else told[0]

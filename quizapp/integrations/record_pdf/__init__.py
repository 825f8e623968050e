"""Completion records as tagged PDF/UA-1 files: one with the signed record attached, or many to read.

Neither is signed here; a file of many never is.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno

from quizapp import resources
from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.framework import Framework
from quizapp.integrations.record_pdf import sheet

#: Medium: readable from a creased or photocopied page.
ERROR_LEVEL = "m"
INK = "#16202b"
UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')


def draw(
    payload: Mapping[str, Any],
    framework: Framework | None,
    record: bytes,
    address: str,
    proof: Sequence[tuple[str, str]],
    fonts: str = "",
) -> bytes:
    """The pages of a record; the same facts give the same bytes.

    ``record`` is the signed file to attach, ``address`` where anybody can verify it (may be
    empty), ``proof`` what the page says of the signature, ``fonts`` a folder with more fonts.
    Raises `Invalid` ("unprintable") with the first sign that no font has.
    """
    told = sheet.compose(payload, framework, address, proof)
    inputs = {
        "sheet": json.dumps(told),
        "record": record.decode(),
        "qr": _qr(address or payload["serial"]),
    }
    return _compiled("record.typ", inputs, fonts)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One record of many: what `draw` asks, and how it stands on the day."""

    payload: Mapping[str, Any]
    framework: Framework | None
    address: str
    proof: Sequence[tuple[str, str]]
    status: str


def collect(leaves: Sequence[Leaf], missing: Sequence[str], issuer: str, day: date, fonts: str = "") -> bytes:
    """Many records in one file, which says first that it is not signed, and which serials are ``missing``.

    Raises `Invalid` ("unprintable") as `draw` does.
    """
    told = {
        "title": f"Completion records: {len(leaves)}",
        "issuer": issuer,
        "day": [day.year, day.month, day.day],
        "notice": [*sheet.UNSIGNED, f"Put together on {sheet.day(day.isoformat())}."],
        "kind": "Completion record, unsigned copy",
        "lines": [_line(leaf) for leaf in leaves],
        "missing": list(missing),
        "records": [_leaf(leaf) for leaf in leaves],
    }
    return _compiled("collection.typ", {"collection": json.dumps(told)}, fonts)


def _line(leaf: Leaf) -> list[str]:
    name, exam = leaf.payload["learner"]["name"], leaf.payload["exam"]["title"]
    return [sheet.broken(name), sheet.broken(exam), leaf.status.capitalize(), leaf.payload["serial"]]


def _leaf(leaf: Leaf) -> dict[str, object]:
    told = sheet.compose(leaf.payload, leaf.framework, leaf.address, leaf.proof)
    told["signature"] = list(sheet.COPY)
    return {"sheet": told, "qr": _qr(leaf.address or leaf.payload["serial"])}


def _compiled(template: str, inputs: dict[str, str], fonts: str) -> bytes:
    # It holds a compiler and its fonts, some 40 MB that most processes never use.
    import typst

    try:
        return typst.compile(
            str(resources.folder("templates") / "records" / template),
            font_paths=[fonts] if fonts else [],
            # What is installed on one machine must not decide how a record looks.
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs=inputs,
        )
    except typst.TypstError as error:
        raise _invalid(error) from error


def _invalid(error: Exception) -> Exception:
    found = UNPRINTABLE.search(str(error))
    if found is None:
        return error
    return Invalid(
        "unprintable",
        [Problem("text", found[1], "unprintable", "put a font that has it in QUIZAPP_FONT_DIRECTORY")],
    )


def _qr(text: str) -> str:
    told = io.BytesIO()
    segno.make(text, error=ERROR_LEVEL, micro=False).save(told, kind="svg", border=0, dark=INK, xmldecl=False)
    return told.getvalue().decode()

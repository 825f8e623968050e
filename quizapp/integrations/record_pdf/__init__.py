"""A completion record as a tagged PDF/UA-1 file with the signed record attached; not signed itself."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
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
    # It holds a compiler and its fonts, some 40 MB that most processes never use.
    import typst

    told = sheet.compose(payload, framework, address, proof)
    inputs = {
        "sheet": json.dumps(told),
        "record": record.decode(),
        "qr": _qr(address or payload["serial"]),
    }
    try:
        return typst.compile(
            str(resources.folder("templates") / "records" / "record.typ"),
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

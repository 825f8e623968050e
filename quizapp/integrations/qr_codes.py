"""QR codes as images a page can carry without loading anything."""

from __future__ import annotations

import segno

#: Medium: readable from a creased or photocopied page.
ERROR_LEVEL = "m"


def svg_data_uri(text: str, scale: int = 3) -> str:
    """A ``data:`` address of an SVG with the QR code of ``text``."""
    told: str = segno.make(text, error=ERROR_LEVEL, micro=False).svg_data_uri(scale=scale, border=2)
    return told

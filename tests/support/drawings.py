"""Pictures for tests, drawn when they are needed."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def drawing(form: str = "PNG", size: tuple[int, int] = (30, 20), colour: str = "teal", **how: Any) -> bytes:
    """A picture of one colour in a file of this format."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **how)
    return out.getvalue()


def moving() -> bytes:
    """A GIF of two frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()

"""Pictures of strangers: looked at before they are decoded, and written anew without what they carry.

What is kept was written by us: no metadata, no second frame, nothing behind the end of the file.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from dataclasses import dataclass
from typing import Any

from quizapp.domain.errors import Invalid, Problem

# Pillow is imported where it is used: most processes never see a picture.

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 8_192
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
#: format read -> (format written, suffix, media type, how); a GIF that stands still is a PNG.
WRITTEN: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "PNG": ("PNG", "png", "image/png", {"optimize": True}),
    "GIF": ("PNG", "png", "image/png", {"optimize": True}),
    "JPEG": ("JPEG", "jpg", "image/jpeg", {"quality": 90, "optimize": True}),
    "WEBP": ("WEBP", "webp", "image/webp", {"quality": 90, "method": 4}),
}
SVG = re.compile(rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>/]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as it is kept; ``name`` is the digest of ``data`` with its suffix."""

    name: str
    media_type: str
    data: bytes
    width: int
    height: int
    source_sha256: str


def clean(data: bytes, place: str = "") -> CleanPicture:
    """The picture written anew; ``place`` names the file in problems.

    Raises `Invalid` ("bad_picture") with the reason: too many bytes or pixels, not one of `FORMATS`,
    damaged, moving, or SVG.
    """
    if len(data) > MOST_BYTES:
        raise _refused("picture_too_large", place, f"at most {MOST_BYTES} bytes")
    if SVG.match(data):
        raise _refused("picture_svg", place, "SVG can hold programs; save the picture as PNG")
    try:
        image, kind = _decoded(data, place)
        told, suffix, media_type, how = WRITTEN[kind]
        out = io.BytesIO()
        _fit(image, told).save(out, told, **how)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, OverflowError) as error:
        raise _refused("picture_damaged", place, f"not a readable {', '.join(FORMATS)} file") from error
    written = out.getvalue()
    name = f"{hashlib.sha256(written).hexdigest()}.{suffix}"
    source = hashlib.sha256(data).hexdigest()
    return CleanPicture(name, media_type, written, image.width, image.height, source)


def _decoded(data: bytes, place: str) -> tuple[Any, str]:
    """The pixels, turned as the camera said, and the format; its size is asked before any is decoded."""
    from PIL import Image, ImageOps

    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(place) from error
    if max(image.size) > LONGEST_SIDE or image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels(place)
    if getattr(image, "n_frames", 1) > 1:
        raise _refused("picture_moves", place, "a picture of an exam stands still; save one frame")
    kind = str(image.format)
    return ImageOps.exif_transpose(image), kind


def _fit(image: Any, written: str) -> Any:
    """The same pixels in a mode the format writes, and nothing but them."""
    is_clear = "A" in image.getbands() or "transparency" in image.info
    if written == "JPEG":
        mode = "L" if image.mode == "L" else "RGB"
    else:
        mode = "RGBA" if is_clear else ("L" if image.mode in ("1", "L") else "RGB")
    bare = image.convert(mode)
    bare.info = {}
    return bare


def _too_many_pixels(place: str) -> Invalid:
    detail = f"at most {MOST_PIXELS} pixels, {LONGEST_SIDE} on a side"
    return _refused("picture_too_many_pixels", place, detail)


def _refused(reason: str, place: str, detail: str) -> Invalid:
    return Invalid("bad_picture", [Problem("picture", "", reason, detail, place)])

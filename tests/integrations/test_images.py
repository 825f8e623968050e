"""Pictures are written anew: what they carry is gone, what could harm is refused before it is decoded."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from quizapp.domain.errors import Invalid
from quizapp.integrations import images, markdown
from tests.support.drawings import drawing, moving

SECRET = b"taken at home"


@pytest.mark.parametrize(
    ("form", "suffix", "media_type", "how"),
    [
        ("PNG", "png", "image/png", {}),
        ("GIF", "png", "image/png", {"comment": SECRET}),
        ("JPEG", "jpg", "image/jpeg", {"comment": SECRET}),
        ("WEBP", "webp", "image/webp", {"xmp": SECRET}),
    ],
)
def test_a_picture_is_written_anew(form: str, suffix: str, media_type: str, how: dict[str, bytes]) -> None:
    source = drawing(form, **how)
    told = images.clean(source + SECRET)
    assert told.name == f"{hashlib.sha256(told.data).hexdigest()}.{suffix}"
    assert (told.media_type, told.width, told.height) == (media_type, 30, 20)
    assert told.source_sha256 == hashlib.sha256(source + SECRET).hexdigest()
    assert SECRET not in told.data
    assert Image.open(io.BytesIO(told.data)).getexif() == {}


def test_a_picture_stands_as_the_camera_held_it_and_stays_clear() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    told = images.clean(drawing("JPEG", exif=exif))
    assert (told.width, told.height) == (20, 30)
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(images.clean(out.getvalue()).data)).mode == "RGBA"


def vast() -> bytes:
    """A PNG of a few bytes that says it is 30,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "picture_damaged"),
        (b"%PDF-1.4", "picture_damaged"),
        (drawing()[:60], "picture_damaged"),
        (drawing("BMP"), "picture_damaged"),
        (b"<svg onload='alert(1)'/>", "picture_svg"),
        (b"<?xml version='1.0'?><!-- x --><!DOCTYPE svg><svg xmlns='x'/>", "picture_svg"),
        (moving(), "picture_moves"),
        (vast(), "picture_too_many_pixels"),
        (drawing(size=(8193, 2)), "picture_too_many_pixels"),
        (b"\x89PNG" + b"0" * images.MOST_BYTES, "picture_too_large"),
    ],
)
def test_what_is_no_picture_for_an_exam(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        images.clean(data, "a.png")
    assert [(problem.reason, problem.place) for problem in caught.value.problems] == [(reason, "a.png")]


def test_markdown_shows_stored_pictures_and_nothing_else() -> None:
    name = images.clean(drawing()).name
    told = str(markdown.render(f'![the *port* "map"](media/{name} "t")'))
    assert told == f'<p><img src="/media/{name}" alt="the port &quot;map&quot;"></p>\n'
    for other in ("http://e.org/x.png", "media/x.png", f"media/../media/{name}", "data:image/png;base64,AA"):
        assert "<img" not in markdown.render(f"![words]({other})")
        assert "words" in markdown.render(f"![words]({other})")
    raw = markdown.render(f'<img src="/media/{name}" onerror="alert(1)"> <script>x</script> [a](http://b)')
    assert "<img" not in raw
    assert "<script" not in raw
    assert "<a" not in raw
    assert markdown.plain(f"**a** & b\n\n![the map](media/{name})") == "a & b the map"

"""Archives and XML of strangers: what could harm is refused before it is inflated or resolved."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterable

import pytest

from quizapp.domain.errors import Invalid
from quizapp.integrations.item_formats import archives, xml_reading

Entry = tuple[str | zipfile.ZipInfo, bytes]


def packed(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    told = zipfile.ZipInfo(name)
    told.external_attr = (stat.S_IFLNK | 0o777) << 16
    return told


def reasons(act: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        act()
    assert caught.value.code == "bad_file"
    return [(problem.value, problem.reason) for problem in caught.value.problems]


def encrypted() -> bytes:
    """An archive whose directory and member say that a password is needed."""
    data = bytearray(packed(("a.txt", b"secret")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def bomb() -> bytes:
    """Small, and in its directory harmless: the member unpacks to more than it says."""
    data = packed(("a.txt", b"0" * 5_000_000))
    told = (5_000_000).to_bytes(4, "little")
    return data.replace(told, (1000).to_bytes(4, "little"))


NESTED = packed(("inner.txt", b"x"))
HOSTILE: Iterable[tuple[bytes, list[tuple[str, str]]]] = [
    (b"", [("", "not_zip")]),
    (b"PK\x03\x04 nothing more", [("", "not_zip")]),
    (packed(("/etc/passwd", b"x")), [("/etc/passwd", "zip_bad_name")]),
    (packed(("a/../../b", b"x")), [("a/../../b", "zip_bad_name")]),
    (packed(("C:\\b", b"x")), [("C:/b", "zip_bad_name")]),
    (packed(("..\\b", b"x")), [("../b", "zip_bad_name")]),
    (packed((link("a"), b"/etc/passwd")), [("a", "zip_link")]),
    (packed(("a.zip", NESTED)), [("a.zip", "zip_nested")]),
    (packed(("big.txt", b"0" * 5_000_000)), [("big.txt", "zip_ratio")]),
    (packed(("a.txt", b"x"), method=zipfile.ZIP_LZMA), [("a.txt", "zip_method")]),
    (encrypted(), [("a.txt", "zip_encrypted")]),
    (packed(("a\\b", b"1"), ("a/b", b"2")), [("a/b", "zip_double")]),
    (packed(("../a", b"1"), ("b.gz", b"2")), [("../a", "zip_bad_name"), ("b.gz", "zip_nested")]),
]


@pytest.mark.parametrize(("data", "expected"), HOSTILE)
def test_a_hostile_archive_is_refused_by_its_directory(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert reasons(lambda: archives.open_archive(data)) == expected


def test_limits_of_numbers_and_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    many = packed(*((f"{n}.txt", b"") for n in range(4)))
    large = packed(("a.bin", bytes(range(256)) * 8), ("b.bin", bytes(range(256)) * 8))
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    assert reasons(lambda: archives.open_archive(many)) == [("4", "zip_too_many")]
    monkeypatch.setattr(archives, "MOST_BYTES", 4095)
    assert reasons(lambda: archives.open_archive(large)) == [("4096", "zip_too_large")]
    monkeypatch.setattr(archives, "MOST_BYTES", 4096)
    monkeypatch.setattr(archives, "MOST_MEMBER_BYTES", 2047)
    assert [reason for _, reason in reasons(lambda: archives.open_archive(large))] == ["zip_too_large"] * 2


def test_what_only_reading_shows() -> None:
    """Sizes that lie, damage, and an archive under another name."""
    lying = archives.open_archive(bomb())
    assert reasons(lambda: lying.read("a.txt")) == [("a.txt", "zip_damaged")]
    disguised = archives.open_archive(packed(("picture.png", NESTED)))
    assert reasons(lambda: disguised.read("picture.png")) == [("picture.png", "zip_nested")]


def test_a_sound_archive_is_read_and_packing_is_repeatable() -> None:
    files = [("a/b.txt", b"one"), ("c.txt", b"two" * 1000)]
    data = b"".join(archives.pack(files))
    assert data == b"".join(archives.pack(files))
    archive = archives.open_archive(data)
    assert [(name, archive.read(name)) for name in archive.names] == files
    assert ("a/b.txt" in archive, "a" in archive) == (True, False)


LAUGHS = b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
XML: Iterable[tuple[bytes, str, str]] = [
    (b'<!DOCTYPE a [<!ENTITY a "x">' + LAUGHS + b']><a b="&j;">&j;</a>', "xml_doctype", "f.xml"),
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml_doctype", "f.xml"),
    (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "xml_doctype", "f.xml"),
    ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "xml_doctype", "f.xml"),
    (b"<a>" * 201 + b"</a>" * 201, "xml_too_deep", "f.xml"),
    (b"<a>" * 5000 + b"</a>" * 5000, "not_xml", "f.xml: line 1"),
    (b"<a>\n<b></a>", "not_xml", "f.xml: line 2"),
    (b"", "not_xml", "f.xml: line 1"),
    (b"<a>&unknown;</a>", "not_xml", "f.xml: line 1"),
]


@pytest.mark.parametrize(("data", "reason", "place"), XML)
def test_hostile_xml_is_refused(data: bytes, reason: str, place: str) -> None:
    with pytest.raises(Invalid) as caught:
        xml_reading.parse(data, "f.xml")
    assert [(problem.reason, problem.place) for problem in caught.value.problems] == [(reason, place)]


def test_sound_xml_is_read_without_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    root = xml_reading.parse(b"<?x y?><a><!-- c --><b>1</b><![CDATA[<!DOCTYPE html>]]></a>")
    assert [(child.tag, child.text, child.tail) for child in root] == [("b", "1", "<!DOCTYPE html>")]
    monkeypatch.setattr(xml_reading, "MOST_BYTES", 3)
    with pytest.raises(Invalid):
        xml_reading.parse(b"<a/>")

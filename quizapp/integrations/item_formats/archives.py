"""Zip archives of strangers: judged by their directory before a byte of them is inflated.

Nothing is ever unpacked to a disk; names are only keys. Sizes a directory tells are held to while
reading, so that one that lies gives an error and not a full memory.
"""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quizapp.domain.errors import Invalid, Problem, raise_if_any
from quizapp.domain.item import shown

MOST_ENTRIES = 20_000
MOST_BYTES = 256 * 1024 * 1024
MOST_MEMBER_BYTES = 64 * 1024 * 1024
#: Text packs to a tenth, a hundredth when it repeats itself; deflated nothing packs to a thousandth.
MOST_RATIO = 200
#: Small members may be as repetitive as they like.
RATIO_MATTERS_FROM = 1024 * 1024
#: The others are inflated in steps nobody can bound.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ARCHIVE_SUFFIXES = (".zip", ".jar", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".imscc")
#: How archives begin: zip, 7z, rar, gzip, bzip2, xz, zstd.
ARCHIVE_STARTS = (
    b"PK\x03\x04",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
_ENCRYPTED = 0x1
PIECE = 256 * 1024


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does (an empty one included)."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory was found harmless; ``names`` are its files, in its own order."""

    names: tuple[str, ...]
    _packed: zipfile.ZipFile
    _members: dict[str, zipfile.ZipInfo]

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The contents of one file; raises `Invalid` ("bad_file") when they cannot be had.

        Raises KeyError for a name that is not in ``names``.
        """
        member = self._members[name]
        try:
            data = self._packed.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise _refused("zip_damaged", name, "this file of the archive is damaged") from error
        if data.startswith(ARCHIVE_STARTS):
            raise _refused("zip_nested", name, "an archive inside the archive is not read")
        return data


def open_archive(data: bytes) -> Archive:
    """The archive, once everything its directory says is harmless.

    Raises `Invalid` ("bad_file") with one problem for each thing that is not: no archive, too many
    files, too large unpacked, absolute names and ``..``, links, encryption, archives inside.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise _refused("not_zip", "", "this is not a zip archive, or it is damaged") from error
    members = packed.infolist()
    raise_if_any("bad_file", _check_whole(members))
    named = [(member, _name(member)) for member in members]
    raise_if_any("bad_file", [problem for member, name in named for problem in _check(member, name)])
    files = {name: member for member, name in named if not member.is_dir()}
    raise_if_any("bad_file", _check_doubles([name for _member, name in named]))
    return Archive(tuple(files), packed, files)


def _name(member: zipfile.ZipInfo) -> str:
    """Its name with forward slashes: some programs on Windows write the others."""
    return member.filename.replace("\\", "/")


def _check_whole(members: list[zipfile.ZipInfo]) -> list[Problem]:
    problems = []
    if len(members) > MOST_ENTRIES:
        detail = f"at most {MOST_ENTRIES} files in an archive"
        problems.append(Problem("file", str(len(members)), "zip_too_many", detail))
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        detail = f"an archive unpacks to at most {MOST_BYTES} bytes"
        problems.append(Problem("file", str(total), "zip_too_large", detail))
    return problems


def _check(member: zipfile.ZipInfo, name: str) -> Iterator[Problem]:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        yield _problem("zip_bad_name", name, "names of files must stay inside the archive")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield _problem("zip_link", name, "links and devices are not read")
    if member.flag_bits & _ENCRYPTED:
        yield _problem("zip_encrypted", name, "encrypted files are not read")
    if member.compress_type not in METHODS:
        yield _problem("zip_method", name, "only stored and deflated files are read")
    if member.file_size > MOST_MEMBER_BYTES:
        yield _problem("zip_too_large", name, f"a file unpacks to at most {MOST_MEMBER_BYTES} bytes")
    if member.file_size > max(RATIO_MATTERS_FROM, member.compress_size * MOST_RATIO):
        yield _problem("zip_ratio", name, f"unpacks to more than {MOST_RATIO} times its size")
    if name.lower().endswith(ARCHIVE_SUFFIXES):
        yield _problem("zip_nested", name, "an archive inside the archive is not read")


def _check_doubles(names: list[str]) -> list[Problem]:
    return [
        _problem("zip_double", name, "this name stands twice in the archive")
        for name, times in Counter(names).items()
        if times > 1
    ]


def _problem(reason: str, name: str, detail: str) -> Problem:
    return Problem("file", shown(name), reason, detail)


def _refused(reason: str, name: str, detail: str) -> Invalid:
    return Invalid("bad_file", [_problem(reason, name, detail)])


def pack(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """An archive of files (name, contents), in pieces; the same files give the same bytes."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as packed:
            for name, data in files:
                # A fixed instant, and rights with which whoever unpacks it may read.
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                packed.writestr(entry, data)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece

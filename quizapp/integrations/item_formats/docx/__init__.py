"""Word documents (DOCX) in the plain layout, read without a word processor."""

from __future__ import annotations

import posixpath
from typing import Any

from quizapp.domain.exchange import Given, ItemFormat, Package
from quizapp.integrations.item_formats import layout, xml_reading
from quizapp.integrations.item_formats.archives import Archive, is_archive, open_archive
from quizapp.integrations.item_formats.docx.document import Document
from quizapp.integrations.item_formats.docx.numbering import Lists, attribute
from quizapp.integrations.item_formats.docx.styles import Styles
from quizapp.integrations.item_formats.pictures import PictureBox
from quizapp.integrations.item_formats.text_files import bad_file

NOT_DOCX = "this is not a DOCX document; save it as Word document (.docx)"


def read(data: bytes, given: Given) -> Package:
    """The questions of a document; raises `Invalid` ("bad_file")."""
    if not is_archive(data):
        raise bad_file("not_docx", NOT_DOCX)
    archive = open_archive(data)
    main = _target(archive, "_rels/.rels", "", "/officeDocument")
    root = _part(archive, main)
    body = None if root is None else root.find("{*}body")
    if body is None:
        raise bad_file("not_docx", NOT_DOCX)
    folder, name = posixpath.split(main)
    relations = f"{folder}/_rels/{name}.rels"
    box = PictureBox()
    document = Document(
        archive,
        Styles(_part(archive, _target(archive, relations, folder, "/styles"))),
        Lists(_part(archive, _target(archive, relations, folder, "/numbering"))),
        _pictures(archive, relations, folder),
        box,
    )
    return Package(tuple(layout.read(document.lines(body), given)), pictures=box.pictures)


def _part(archive: Archive, name: str) -> Any | None:
    return xml_reading.parse(archive.read(name), name) if name in archive else None


def _relations(archive: Archive, name: str, folder: str) -> list[tuple[str, str, str]]:
    """(id, kind, name in the archive) of what a part refers to inside the archive."""
    root = _part(archive, name)
    told = []
    for element in root.iterchildren("{*}Relationship") if root is not None else ():
        if attribute(element, "TargetMode") != "External":
            target = attribute(element, "Target")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            told.append((attribute(element, "Id"), attribute(element, "Type"), posixpath.normpath(path)))
    return told


def _target(archive: Archive, relations: str, folder: str, kind: str) -> str:
    return next((path for _, told, path in _relations(archive, relations, folder) if told.endswith(kind)), "")


def _pictures(archive: Archive, relations: str, folder: str) -> dict[str, str]:
    return {
        name: path
        for name, kind, path in _relations(archive, relations, folder)
        if kind.endswith("/image") and path in archive
    }


FORMAT = ItemFormat(
    name="docx",
    title="Word document",
    suffix="docx",
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    read=read,
)

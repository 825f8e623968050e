"""QTI: version 3.0 both ways, 2.1 and 2.2 in, 2.1 out."""

from __future__ import annotations

from functools import partial

from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats.qti import package_reading, package_writing
from quizapp.integrations.item_formats.qti.names import THREE, TWO

QTI3 = ItemFormat(
    name="qti3",
    title="QTI 3.0",
    suffix=".zip",
    media_type="application/zip",
    read=partial(package_reading.read, versions=("3.0",)),
    write=partial(package_writing.write, THREE),
    losses=package_writing.losses,
)
QTI2 = ItemFormat(
    name="qti2",
    title="QTI 2.1 and 2.2",
    suffix=".zip",
    media_type="application/zip",
    read=partial(package_reading.read, versions=("2.0", "2.1", "2.2")),
    write=partial(package_writing.write, TWO),
    losses=package_writing.losses,
)

"""A converter of QTI by other people makes of our packages what comes back. Run by `make peers`."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

from quizapp.domain.exchange import Package, Picture
from quizapp.domain.item_bank import Stimulus
from tests.support.qti import PNG, examples, outgoing, read, returned, written

CONVERTER = os.environ.get("QUIZAPP_TEST_CONVERTER", ".venv-peers/bin/qti-convert")
PORT = Stimulus("port", "The port", "A port with *two* piers.")


def _converted(way: str, formats: tuple[str, str], stimuli: list[Stimulus], folder: Path) -> Package:
    """What the second format reads of a package of the first, converted; its items come back exactly."""
    items = [replace(item, stimulus=PORT.id if stimuli else None) for item in examples()]
    ours, theirs = folder / "ours.zip", folder / "theirs.zip"
    ours.write_bytes(written(formats[0], outgoing(items, stimuli, [Picture("p.png", "image/png", PNG)])))
    subprocess.run([CONVERTER, way, ours, theirs], check=True, capture_output=True, timeout=60)
    package = read(formats[1], theirs.read_bytes())
    assert returned(package) == items
    return package


def test_upgraded_packages_come_back_exactly(tmp_path: Path) -> None:
    package = _converted("upgrade", ("qti2", "qti3"), [PORT], tmp_path)
    assert (package.stimuli, package.notes) == ((PORT,), ())


def test_downgraded_packages_come_back_exactly(tmp_path: Path) -> None:
    """Without scenarios: the converter puts those into the items."""
    assert _converted("downgrade", ("qti3", "qti2"), [], tmp_path).notes == ()

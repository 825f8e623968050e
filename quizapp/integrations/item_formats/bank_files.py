"""Bank and framework files: YAML read as data only, every value with the line it stands on.

Refused: files too large, aliases (they can make a small file huge), values nested too deep,
repeated keys, tags of any kind, and characters no database stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from quizapp.domain.exchange import MEDIA_PREFIX, Picture

MAX_FILE_BYTES = 2 * 1024 * 1024
#: More of a picture need not be read to say that it is too large.
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_FILES = 2000
MAX_DEPTH = 20
FRAMEWORK_FILE, BANK_FILE, EXAMS_FOLDER = "framework.yaml", "bank.yaml", "exams"
ITEM_FILE_FIELDS = frozenset({"stimuli", "items"})

#: The C parser where it was compiled in, else the same one in Python.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAP, _SEQ = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
_STEP = re.compile(r"\[([^\]]*)\]|([^.\[]+)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong in a file: where (line 0 where no line is to blame), what, and why."""

    file: str
    line: int
    item: str
    field: str
    value: str
    reason: str
    detail: str

    @property
    def place(self) -> str:
        """File, line and item in one text."""
        told = f"{self.file}:{self.line}" if self.line else self.file
        return f"{told}: {self.item}" if self.item else told

    def __str__(self) -> str:
        shown = f" ({self.value!r})" if self.value else ""
        named = f"{self.field}{shown}: " if self.field else ""
        return f"{self.place}: {named}{self.detail or self.reason}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping of a file and where it stands; ``value`` is plain data."""

    file: str
    value: Mapping[str, Any]
    node: Any = None

    @property
    def name(self) -> str:
        """Its id, as far as there is one."""
        told = self.value.get("id")
        return told if isinstance(told, str) else ""

    @property
    def line(self) -> int:
        """The line it begins on, counted from 1."""
        return _line(self.node)

    def line_of(self, field: str) -> int:
        """The line of a field path such as ``options[b].rationale``: the deepest part there is."""
        node = self.node
        for match in _STEP.finditer(field):
            inner = _child(node, match)
            if inner is None:
                break
            node = inner
        return _line(node)

    def problem(self, field: str, value: str, reason: str, detail: str) -> FileProblem:
        """Something wrong in a field of this entry."""
        return FileProblem(self.file, self.line_of(field), self.name, field, value, reason, detail)


@dataclass(frozen=True, slots=True)
class BankFiles:
    """Everything the files of a bank folder say, unchecked; ``pictures`` are those of its folder media."""

    header: Entry | None
    stimuli: tuple[Entry, ...]
    items: tuple[Entry, ...]
    files: tuple[str, ...]
    problems: tuple[FileProblem, ...]
    pictures: tuple[Picture, ...] = ()


def read_mapping(path: Path, name: str) -> tuple[Entry | None, list[FileProblem]]:
    """The one mapping a YAML file holds, or None and what is wrong with the file.

    ``name`` is what the file is called in problems. Raises OSError when it cannot be read.
    """
    return mapping_of(_head(path, MAX_FILE_BYTES), name)


def mapping_of(data: bytes, name: str) -> tuple[Entry | None, list[FileProblem]]:
    """The same of a file's contents."""
    problems: list[FileProblem] = []
    node = _compose(data, name, problems)
    if node is None:
        return None, problems
    reader = _Reader(name, problems)
    value = reader.value(node, "")
    if not isinstance(value, dict):
        problems.append(FileProblem(name, _line(node), "", "", "", "not_a_mapping", "expected a mapping"))
    return (None, problems) if problems else (Entry(name, value, node), [])


def read_bank(folder: Path) -> BankFiles:
    """All files of a bank folder, in the order of their names. Raises OSError."""
    files = ((path.relative_to(folder).as_posix(), _head(path, MAX_FILE_BYTES)) for path in _paths(folder))
    return bank_of(files, _pictures(folder))


def bank_of(files: Iterable[tuple[str, bytes]], pictures: Iterable[Picture] = ()) -> BankFiles:
    """A bank from its files: (name as seen from its folder, contents)."""
    header: Entry | None = None
    stimuli: list[Entry] = []
    items: list[Entry] = []
    names, problems = [], []
    for name, data in files:
        names.append(name)
        entry, wrong = mapping_of(data, name)
        problems += wrong
        if entry is not None and name == BANK_FILE:
            header = entry
        elif entry is not None:
            stimuli += _entries(entry, "stimuli", problems)
            items += _entries(entry, "items", problems)
            problems += _unknown(entry)
    if BANK_FILE not in names:
        detail = "a bank folder needs a file bank.yaml"
        problems.append(FileProblem(BANK_FILE, 0, "", "", "", "missing_file", detail))
    told = tuple(stimuli), tuple(items), tuple(names), tuple(problems)
    return BankFiles(header, *told, tuple(pictures))


def is_bank_file(name: str) -> bool:
    """Whether a file of a bank folder, by its name as seen from there, is about the bank.

    The framework, and exams that ship with a bank, stand beside its items in formats of their own.
    """
    *folders, last = name.split("/")
    return last.endswith(".yaml") and last != FRAMEWORK_FILE and folders[:1] != [EXAMS_FOLDER]


def _paths(folder: Path) -> list[Path]:
    found = [
        path
        for path in folder.rglob("*.yaml")
        if path.is_file() and is_bank_file(path.relative_to(folder).as_posix())
    ]
    if len(found) > MAX_FILES:
        raise OSError(f"more than {MAX_FILES} files in {folder}")
    return sorted(found)


def _pictures(folder: Path) -> list[Picture]:
    found = sorted(path for path in (folder / MEDIA_PREFIX).glob("*") if path.is_file())
    return [Picture(path.name, "", _head(path, MAX_PICTURE_BYTES)) for path in found]


def _head(path: Path, most: int) -> bytes:
    """What a file holds; of one that is larger than allowed a byte too much."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _entries(entry: Entry, field: str, problems: list[FileProblem]) -> Iterator[Entry]:
    value = entry.value.get(field)
    if value is None:
        return
    if not isinstance(value, list):
        problems.append(entry.problem(field, str(value)[:60], "not_a_list", "expected a list"))
        return
    nodes = _value_node(entry.node, field).value
    for index, (inner, node) in enumerate(zip(value, nodes, strict=True)):
        if isinstance(inner, dict):
            yield Entry(entry.file, inner, node)
        else:
            place = f"{field}[{index}]"
            problems.append(entry.problem(place, str(inner)[:60], "not_a_mapping", "expected a mapping"))


def _unknown(entry: Entry) -> list[FileProblem]:
    known = ", ".join(sorted(ITEM_FILE_FIELDS))
    return [
        entry.problem(name, "", "unknown_field", f"an item file holds: {known}")
        for name in sorted(entry.value.keys() - ITEM_FILE_FIELDS)
    ]


def _compose(data: bytes, name: str, problems: list[FileProblem]) -> Any:
    def complain(line: int, reason: str, detail: str) -> None:
        problems.append(FileProblem(name, line, "", "", "", reason, detail))

    if len(data) > MAX_FILE_BYTES:
        complain(0, "too_large", f"at most {MAX_FILE_BYTES} bytes in a file")
        return None
    try:
        text = data.decode("utf-8-sig")
        refused = _first_refusal(text)
        if refused is not None:
            complain(*refused)
            return None
        node = yaml.compose(text, Loader=LOADER)
    except UnicodeDecodeError:
        complain(0, "not_utf8", "the file is not UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        complain(mark.line + 1 if mark else 0, "bad_yaml", told)
    else:
        if node is None:
            complain(0, "empty_file", "the file is empty")
        return node
    return None


def _first_refusal(text: str) -> tuple[int, str, str] | None:
    """Where the text uses what could make a small file huge; asked before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return line, "alias", "aliases (*name) are not used in these files"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            return line, "too_deep", f"nested deeper than {MAX_DEPTH}"
    return None


class _Reader:
    """Nodes to plain data, keeping every problem instead of stopping at the first."""

    def __init__(self, file: str, problems: list[FileProblem]) -> None:
        self._file = file
        self._problems = problems
        self._scalars = SafeConstructor()

    def value(self, node: Any, field: str) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self._mapping(node, field)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            return [self.value(inner, f"{field}[{i}]") for i, inner in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode):
            self._complain(node, field, "", "bad_tag", f"tags are not used in these files: {node.tag}")
            return None
        return self._scalar(node, field)

    def _mapping(self, node: Any, field: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node, field) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self._complain(key_node, field, str(key), "bad_key", "a field's name must be text")
                continue
            place = f"{field}.{key}" if field else key
            if key in told:
                self._complain(key_node, place, "", "duplicate_key", "stands twice in the same mapping")
            told[key] = self.value(value_node, place)
        return told

    def _scalar(self, node: Any, field: str) -> Any:
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._complain(node, field, node.value[:60], "bad_value", f"not readable as {node.tag}")
            return None
        if isinstance(value, str) and _UNSTORABLE.search(value):
            self._complain(node, field, "", "bad_character", "holds a character that cannot be stored")
        elif not isinstance(value, str | int | float | date | None):
            self._complain(node, field, "", "bad_tag", f"tags are not used in these files: {node.tag}")
        return value

    def _complain(self, node: Any, field: str, value: str, reason: str, detail: str) -> None:
        self._problems.append(FileProblem(self._file, _line(node), "", field, value, reason, detail))


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1 if node is not None else 0


def _child(node: Any, match: re.Match[str]) -> Any:
    index, name = match.groups()
    if index is None or isinstance(node, yaml.MappingNode):
        return _value_node(node, name or index)
    if not isinstance(node, yaml.SequenceNode):
        return None
    by_id = {_id_of(inner): inner for inner in node.value}
    by_place = {str(place): inner for place, inner in enumerate(node.value)}
    by_rank = {f"#{place}": inner for place, inner in enumerate(node.value, start=1)}
    return by_id.get(index) or by_place.get(index) or by_rank.get(index)


def _id_of(node: Any) -> str:
    found = _value_node(node, "id")
    return found.value if isinstance(found, yaml.ScalarNode) else ""


def _value_node(node: Any, name: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)

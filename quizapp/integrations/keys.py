"""The four secrets of an installation: where they come from, and that two never differ by accident.

With SQLite there is one process, so missing keys are created atomically in the home folder,
readable by their owner only. With PostgreSQL there may be many machines: a key made by one of
them would make it a second issuer, so there keys must be given.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from quizapp.settings import BadSetting, Settings, variable

KEY_BYTES = 32
NAMES = ("secret", "token", "audit", "signing")


class MissingKeys(BadSetting):
    """Keys are not configured where they have to be; the message says which and how."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Raw key bytes: of sessions, attempt tokens, the audit chain, and record signing."""

    secret: bytes
    token: bytes
    audit: bytes
    signing: bytes


def load(settings: Settings) -> Keys:
    """The keys of this installation; raises `MissingKeys`."""
    folder = Path(settings.key_directory) if settings.key_directory else None
    told = {name: _given(settings, folder, name) for name in NAMES}
    missing = [name for name, key in told.items() if key is None]
    if missing and not settings.is_sqlite:
        names = ", ".join(variable(_field(name)) for name in missing)
        raise MissingKeys(
            f"set {names}, or QUIZAPP_KEY_DIRECTORY with the files {', '.join(missing)}: "
            "with PostgreSQL keys are never made up, because two machines would become two issuers"
        )
    for name in missing:
        told[name] = _create(settings.home / "keys" / name)
    return Keys(**{name: key for name, key in told.items() if key is not None})


def weaknesses(settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with the keys in use: the key's name and a stable code, none when all is well.

    ``repeated``: two purposes share a key. ``guessable``: made of a few different bytes.
    ``readable``: its file can be read by others than its owner.
    """
    keys = load(settings)
    told = {name: getattr(keys, name) for name in NAMES}
    found = [(name, "repeated") for name, key in told.items() if list(told.values()).count(key) > 1]
    found += [(name, "guessable") for name, key in told.items() if len(set(key)) < KEY_BYTES // 2]
    folder = Path(settings.key_directory) if settings.key_directory else settings.home / "keys"
    files = [(name, folder / name) for name in NAMES if not getattr(settings, _field(name))]
    found += [(name, "readable") for name, path in files if path.exists() and path.stat().st_mode & 0o077]
    return found


def _field(name: str) -> str:
    return f"{name}_key"


def _given(settings: Settings, folder: Path | None, name: str) -> bytes | None:
    text = getattr(settings, _field(name))
    if text:
        return _decode(text, variable(_field(name)))
    if folder is not None and (folder / name).exists():
        return _decode((folder / name).read_text(), str(folder / name))
    return None


def _decode(text: str, where: str) -> bytes:
    text = text.strip()
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MissingKeys(f"{where} is not base64url") from error
    if len(key) != KEY_BYTES:
        raise MissingKeys(f"{where} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


def generate() -> str:
    """A new key as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def read(text: str) -> bytes:
    """The bytes of a key as text; raises `MissingKeys`."""
    return _decode(text, "the key")


def replace_signing(settings: Settings, text: str) -> bool:
    """Put a new signing key into its file, at once or not at all; False when a setting holds the key.

    The old private half is gone afterwards: a retired key signs nothing more.
    """
    if settings.signing_key:
        return False
    folder = Path(settings.key_directory) if settings.key_directory else settings.home / "keys"
    draft = folder / f".signing.{os.getpid()}.{secrets.token_hex(4)}"
    _write_draft(draft, text)
    draft.replace(folder / "signing")
    return True


def _write_draft(draft: Path, text: str) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _create(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        _write_draft(draft, generate())
        try:
            # A link, unlike a rename, fails when another process was first: then its key wins.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _decode(path.read_text(), str(path))

"""The keys records are signed with: which there are, a new one, and what follows when one leaked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quizapp.domain.errors import NotFound, Refused
from quizapp.domain.person import Actor, Permission
from quizapp.domain.record import ReasonCategory
from quizapp.integrations import keys as key_files
from quizapp.integrations.signing import Ed25519Signer
from quizapp.services.reissuing import reissue
from quizapp.services.unit_of_work import Context
from quizapp.store import records as store

#: Records are replaced a few at a time, so that nobody who issues waits for long.
BATCH = 50


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key of the ring; ``in_force`` counts valid and suspended records it signed."""

    key_id: str
    is_current: bool
    created_at: datetime | None
    retired_at: datetime | None
    leaked_at: datetime | None
    in_force: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did. ``text`` is the new key where a setting has to hold it, else empty."""

    retired: str
    new: str
    text: str


def listed(context: Context, actor: Actor) -> list[SigningKey]:
    """Every key this installation has signed with, oldest first, and the current one."""
    actor.require(Permission.OPERATE)
    current = context.signer.key_id
    with context.reading() as session:
        counts = store.in_force_by_key(session)
        told = [
            SigningKey(
                row.key_id,
                row.key_id == current,
                row.created_at,
                row.retired_at,
                row.leaked_at,
                counts.get(row.key_id, 0),
            )
            for row in store.signing_keys(session)
        ]
    if current not in {key.key_id for key in told}:
        told.append(SigningKey(current, True, None, None, None, 0))
    return told


def rotate(context: Context, actor: Actor) -> Rotation:
    """Make a new signing key; the one in use is retired and its public half stays on the ring.

    A key in a file of ours is replaced there; one given by a setting is only told, for whoever
    sets it. Processes that run go on with the old key until they are started again.
    """
    actor.require(Permission.OPERATE)
    old = context.signer
    text = key_files.generate()
    new = Ed25519Signer(key_files.read(text))
    is_replaced = key_files.replace_signing(context.settings, text)
    with context.transaction(actor) as uow:
        store.remember_key(uow.session, old.key_id, old.public_key, uow.now)
        store.remember_key(uow.session, new.key_id, new.public_key, uow.now)
        store.retire_key(uow.session, old.key_id, uow.now)
        uow.audit("rotate", "signing_key", new.key_id, retired=old.key_id)
    return Rotation(old.key_id, new.key_id, "" if is_replaced else text)


def declare_leaked(context: Context, actor: Actor, key_id: str) -> int:
    """Trust nothing for this key's signature alone, and replace what it signed; says how many.

    Each record in force is superseded by an equal one under the current key, whose history says
    why. May be run again after an interruption. Raises `NotFound`, and `Refused` ("key_in_use")
    for the key that still signs: rotate it first.
    """
    actor.require(Permission.OPERATE)
    if key_id == context.signer.key_id:
        raise Refused("key_in_use")
    with context.transaction(actor) as uow:
        if store.signing_key(uow.session, key_id) is None:
            raise NotFound("not_found")
        store.mark_leaked(uow.session, key_id, uow.now)
        uow.audit("declare_leaked", "signing_key", key_id)
    replaced = 0
    while told := _replace_batch(context, actor, key_id):
        replaced += told
    return replaced


def _replace_batch(context: Context, actor: Actor, key_id: str) -> int:
    with context.transaction(actor) as uow:
        rows = store.in_force_of_key(uow.session, key_id, BATCH)
        for row in rows:
            reissue(uow, row, ReasonCategory.KEY_LEAKED, "The key that signed it became known")
        return len(rows)

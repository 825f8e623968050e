"""What the product needs from the outside world. Each port has a Null twin tests can use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells the time; the only source of "now"."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Gives unguessable bytes and new identifiers; the only source of randomness."""

    def token(self, size: int) -> bytes:
        """``size`` random bytes fit for secrets."""
        ...

    def new_id(self, now: datetime) -> UUID:
        """A new UUID version 7 carrying ``now``."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A mail to one person."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends mail; called after commit only."""

    def send(self, message: Message) -> None:
        """Hand the message over; raises OSError when it cannot."""
        ...


class NullMailer:
    """Keeps messages in a list."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Remember the message."""
        self.sent.append(message)


class Poster(Protocol):
    """Sends messages to programs elsewhere; never called inside a transaction."""

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """The status the target answered, within seconds; raises OSError when there was no answer."""
        ...


class NullPoster:
    """Keeps what it was given, and answers as it was told; an OSError is raised."""

    def __init__(self, *answers: int | OSError) -> None:
        self.sent: list[tuple[str, dict[str, str], bytes]] = []
        self.answers = list(answers)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Remember the message; the answers in turn, then 204 for ever."""
        self.sent.append((url, headers, body))
        told = self.answers.pop(0) if self.answers else 204
        if isinstance(told, OSError):
            raise told
        return told


class Signer(Protocol):
    """Signs with this installation's record key."""

    @property
    def key_id(self) -> str:
        """The identifier of the key that `sign` uses."""
        ...

    @property
    def public_key(self) -> bytes:
        """The raw 32 bytes of its Ed25519 public key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The 64-byte Ed25519 signature over ``data``."""
        ...


class DocumentSigner(Protocol):
    """Signs files as a whole with a key that belongs to this installation's record key."""

    def certificate(self, issuer_name: str, valid_from: datetime) -> bytes:
        """The X.509 certificate (DER) that goes into what it signs."""
        ...

    def sign(self, pdf: bytes, certificate: bytes, signed_at: datetime) -> bytes:
        """The PDF file with a signature over all of it."""
        ...


class Sealer(Protocol):
    """Computes the keyed seals of the audit chain and signs its checkpoints."""

    def seal(self, previous: str, line: bytes) -> str:
        """Hex HMAC-SHA256 over the previous seal and the canonical line."""
        ...


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until somebody moves it."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.instant


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class AttemptTokenMaker(Protocol):
    """Makes and reads the signed tokens that carry the right to save."""

    def make(self, attempt_id: UUID, writer: int, expires_at: datetime) -> str:
        """A token for this attempt and writer epoch."""
        ...

    def read(self, text: str, now: datetime) -> TokenClaim | None:
        """What a token claims, or None when it is forged, broken or expired."""
        ...

    def journal_key(self, attempt_id: UUID) -> bytes:
        """The 32 bytes with which windows encrypt what they keep of this attempt."""
        ...


class TokenClaim(Protocol):
    """What a valid attempt token says."""

    @property
    def attempt_id(self) -> UUID:
        """The attempt its holder may append to."""
        ...

    @property
    def writer(self) -> int:
        """The writer epoch its entries belong to."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords, capped in how many it works on at once, and signs links that set them."""

    def hash(self, password: str) -> str:
        """The salted hash to store."""
        ...

    def invitation(self, uniquifier: str, expires_at: datetime) -> str:
        """A signed link token with which the holder may set the first password of an account."""
        ...

    def invited(self, token: str, now: datetime) -> str | None:
        """The uniquifier of the account a token invites to, or None when forged or expired."""
        ...

    def reset_token(self, uniquifier: str) -> str:
        """A token the reset page accepts for an account without a password."""
        ...

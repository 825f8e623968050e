"""Webhooks: where changes may be sent, what a message is called, how it is signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

from quizapp.domain.errors import Problem

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"
LONGEST_URL = 500
#: What a target answers when it wants no message ever again.
GONE = 410
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_url(url: str, *, allows_private: bool) -> list[Problem]:
    """Everything wrong with a target as it is written; where it leads is checked at each message."""
    parts = urlsplit(url)
    problems = []
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or any(c.isspace() for c in url) or len(url) > LONGEST_URL:
        problems.append(Problem("url", url[:60], "not_an_address", "a web address, without spaces"))
    if parts.scheme != "https" and not (allows_private and parts.scheme == "http"):
        problems.append(Problem("url", url[:60], "not_https", "must begin with https://"))
    if parts.username or parts.password or parts.fragment:
        problems.append(Problem("url", "", "has_credentials", "without a name, password or fragment"))
    if host and not allows_private and _is_private_literal(host):
        problems.append(Problem("url", url[:60], "private", "leads to a private address"))
    return problems


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_public(text: str) -> bool:
    """Whether an address belongs to the open network, also what is wrapped into an IPv6 one.

    Raises ValueError for what is no address.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _wrapped(address)
    is_open = address.is_global and not address.is_multicast
    return is_public(str(inner)) if inner is not None else is_open


def _wrapped(address: _Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address an IPv6 address stands for, or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None


def show_secret(secret: bytes) -> str:
    """A secret as receivers of Standard Webhooks write it down."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def message_id(webhook_id: str, number: int) -> str:
    """The name of a message: the same at every try and replay, so that receivers know repeats."""
    return f"msg_{webhook_id.replace('-', '')}_{number}"


def headers(secret: bytes, message: str, now: datetime, body: bytes) -> dict[str, str]:
    """The signed headers of one message (Standard Webhooks 1.0, symmetric scheme v1)."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
    }

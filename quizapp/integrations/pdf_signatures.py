"""Signatures of PDF files (PAdES): made so that the file stays accessible, checked before it is parsed.

Readers of PDF hardly know Ed25519, so files are signed with an ECDSA P-256 key. It is derived from
the record key: whoever may sign records may sign their files, and there is no further secret.
Its certificate is signed by itself and is the same on every machine that has the key.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DERIVATION = b"quizapp record pdf, ecdsa p-256, 1"
#: More bytes than the order has, so that the remainder favours no key.
DERIVED_BYTES = 48
#: RFC 5280: a certificate with no known end.
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
LONGEST_NAME = 64
FIELD, FIELD_WORDS = "IssuerSignature", "Digital signature of the issuer"
REASON = "Issued as a completion record"
ATTACHMENT = "record.json"
#: Hexadecimal digits kept free for the signature; it needs about 1,700.
RESERVED = 8192
MAGIC = b"%PDF-"
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s*\]")


class Outcome(StrEnum):
    """What the signature of a PDF file shows; everything but WHOLE means: do not rely on it."""

    WHOLE = "whole"
    NOT_SIGNED = "not_signed"
    NOT_WHOLE = "not_whole"
    UNKNOWN_ISSUER = "unknown_issuer"
    BAD_SIGNATURE = "bad_signature"
    NO_ATTACHMENT = "no_attachment"


@dataclass(frozen=True, slots=True)
class Examined:
    """The outcome, and the attached record where there is one that can be relied on."""

    outcome: Outcome
    record: bytes = b""


class PdfSigner:
    """Implements `ports.DocumentSigner` with the raw 32-byte seed of the record key."""

    def __init__(self, seed: bytes) -> None:
        derived = HKDF(hashes.SHA256(), DERIVED_BYTES, salt=None, info=DERIVATION).derive(seed)
        self._key = ec.derive_private_key(int.from_bytes(derived, "big") % (ORDER - 1) + 1, CURVE)

    def certificate(self, issuer_name: str, valid_from: datetime) -> bytes:
        """The certificate (DER) under this name; the same arguments give the same bytes."""
        public = self._key.public_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer_name[:LONGEST_NAME])])
        digest = hashlib.sha256(_spki(public) + issuer_name.encode() + valid_from.isoformat().encode())
        usage = dict.fromkeys(_USAGES, False) | {"digital_signature": True, "content_commitment": True}
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public)
            # Positive and within twenty octets.
            .serial_number(int.from_bytes(digest.digest()[:16], "big") >> 1 | 1)
            .not_valid_before(valid_from)
            .not_valid_after(NO_END)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            # No extended usage: readers that do not know that of documents would refuse it.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256(), ecdsa_deterministic=True)
            .public_bytes(serialization.Encoding.DER)
        )

    def sign(self, pdf: bytes, certificate: bytes, signed_at: datetime) -> bytes:
        """The file with a signature over all of it that allows no later change."""
        # Signing brings a client for time stamps and a great deal else; nothing else here needs it.
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import fields
        from pyhanko.sign.signers import cms_embedder
        from pyhanko.sign.signers.pdf_byterange import SignatureObject

        # Hidden and out of bounds, or the page would have a field that its tags do not know.
        field = fields.SigFieldSpec(
            FIELD,
            invis_sig_settings=fields.InvisSigSettings(
                set_print_flag=False, set_hidden_flag=True, box_out_of_bounds=True
            ),
            readable_field_name=FIELD_WORDS,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if "/Names" in writer.root:
            _relate(writer)
        steps = cms_embedder.PdfCMSEmbedder(field).write_cms(FIELD, writer)
        next(steps)
        steps.send(
            cms_embedder.SigObjSetup(
                SignatureObject(
                    signed_at, fields.SigSeedSubFilter.PADES, reason=REASON, bytes_reserved=RESERVED
                ),
                cms_embedder.SigMDPSetup("sha256", certify=True, docmdp_perms=fields.MDPPerm.NO_CHANGES),
            )
        )
        prepared, output = steps.send(cms_embedder.SigIOSetup("sha256"))
        steps.send(self._cms(prepared.document_digest, certificate))
        return bytes(output.getvalue())

    def _cms(self, digest: bytes, certificate: bytes) -> bytes:
        # Without a random nonce: the same file and key give the same signature.
        method = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return _container(certificate, digest, self._key.sign(_signed(certificate, digest), method))


def _signed(certificate: bytes, digest: bytes) -> bytes:
    """The attributes that are signed: the digest of the file, and which certificate it is."""
    return bytes(_attributes(certificate, digest).dump())


def _attributes(certificate: bytes, digest: bytes) -> cms.CMSAttributes:
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest]},
            {"type": "signing_certificate_v2", "values": [_reference(certificate)]},
        ]
    )


def _container(certificate: bytes, digest: bytes, signature: bytes) -> bytes:
    """The detached signature container that PAdES asks for: CAdES, without a signing time."""
    told = asn1_x509.Certificate.load(certificate)
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": told.issuer, "serial_number": told.serial_number}}
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": _attributes(certificate, digest),
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signature,
    }
    data = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [told],
        "signer_infos": [signer],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _reference(certificate: bytes) -> tsp.SigningCertificateV2:
    """Ties the signature to one certificate, so that no other with the same key passes for it."""
    entry = {
        "hash_algorithm": {"algorithm": "sha256"},
        "cert_hash": hashlib.sha256(certificate).digest(),
    }
    return tsp.SigningCertificateV2({"certs": [entry]})


def examine(pdf: bytes, certificates: Collection[bytes]) -> Examined:
    """What the signature shows, trusting only these certificates (DER).

    Nothing but the signature itself is parsed before it has proved that the file is one of ours,
    so no hostile file reaches a reader of PDF.
    """
    ranges = RANGE.findall(pdf)
    if not ranges:
        return Examined(Outcome.NOT_SIGNED)
    start, end, rest, length = (int(number) for number in ranges[0])
    is_whole = len(ranges) == 1 and start == 0 and 0 < end < rest and rest + length == len(pdf)
    signature = _signature(pdf[end:rest]) if is_whole else None
    if signature is None:
        return Examined(Outcome.NOT_WHOLE)
    outcome = _outcome(signature, hashlib.sha256(pdf[:end] + pdf[rest:]).digest(), certificates)
    if outcome is not Outcome.WHOLE:
        return Examined(outcome)
    record = _attached(pdf)
    return Examined(Outcome.WHOLE, record) if record else Examined(Outcome.NO_ATTACHMENT)


def _signature(gap: bytes) -> bytes | None:
    """The container between the two signed parts, in the one spelling this program writes."""
    if len(gap) != RESERVED + 2 or gap[:1] != b"<" or gap[-1:] != b">":
        return None
    try:
        padded = bytes.fromhex(gap[1:-1].decode("ascii"))
        told = cms.ContentInfo.load(padded)
        found = bytes(told.dump())
    except (ValueError, TypeError):
        return None
    is_ours = padded.hex().upper().encode() == gap[1:-1] and not padded[len(found) :].strip(b"\0")
    return found if is_ours and padded.startswith(found) else None


def _outcome(container: bytes, digest: bytes, certificates: Collection[bytes]) -> Outcome:
    try:
        told = cms.ContentInfo.load(container)["content"]
        certificate = told["certificates"][0].chosen.dump()
        signature = told["signer_infos"][0]["signature"].native
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return Outcome.BAD_SIGNATURE
    if certificate not in certificates:
        return Outcome.UNKNOWN_ISSUER
    if not isinstance(signature, bytes) or not _verifies(
        certificate, signature, _signed(certificate, digest)
    ):
        return Outcome.BAD_SIGNATURE
    # Written anew rather than looked through: nothing in it may be other than it was written.
    is_right = container == _container(certificate, digest, signature)
    return Outcome.WHOLE if is_right else Outcome.BAD_SIGNATURE


def _verifies(certificate: bytes, signature: bytes, signed: bytes) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        pass
    return False


def _relate(writer: Any) -> None:
    """Say what the attachment is to the document: its source (ISO 32000-2, 14.13)."""
    from pyhanko.pdf_utils import generic

    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    told = names.raw_get(names.index(ATTACHMENT) + 1)
    told.get_object()[generic.pdf_name("/AFRelationship")] = generic.pdf_name("/Source")
    writer.mark_update(told)
    writer.root[generic.pdf_name("/AF")] = generic.ArrayObject([told])
    writer.update_root()


def _attached(pdf: bytes) -> bytes:
    """The attached record of a file that was signed here; empty when there is none."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    root = PdfFileReader(io.BytesIO(pdf)).root
    for entry in root.get("/AF", ()):
        told = entry.get_object()
        if told.get("/UF", told.get("/F")) == ATTACHMENT:
            return bytes(told["/EF"]["/F"].data)
    return b""

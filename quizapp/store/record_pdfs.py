"""The PDF of each record, kept as it was first issued, and the certificates such files were signed with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from quizapp.store.engine import Base
from quizapp.store.records import RowSigningKey
from quizapp.store.types import Instant


class RowPdfCertificate(Base):
    """A certificate (DER) that files were signed with; those of retired keys stay."""

    __tablename__ = "pdf_certificate"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.key_id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RowRecordPdf(Base):
    """The one PDF of a record; never changed, never made anew."""

    __tablename__ = "record_pdf"
    record_id: Mapped[UUID] = mapped_column(ForeignKey("completion_record.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    certificate_sha256: Mapped[str] = mapped_column(ForeignKey("pdf_certificate.sha256"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


def kept(session: Session, record_id: UUID) -> bytes | None:
    """The PDF of a record, or None while nobody has asked for it."""
    return session.scalar(select(RowRecordPdf.data).where(RowRecordPdf.record_id == record_id))


def is_issued(session: Session, sha256: str) -> bool:
    """Whether a file with this digest was issued here."""
    query = select(RowRecordPdf.record_id).where(RowRecordPdf.sha256 == sha256)
    return session.scalar(query) is not None


def certificates(session: Session) -> list[bytes]:
    """Every certificate files were signed with, the oldest first."""
    return list(session.scalars(_CERTIFICATES))


def trusted_certificates(session: Session) -> list[bytes]:
    """The same without those of keys that leaked, for whoever cannot ask which files were issued."""
    keys = select(RowSigningKey.key_id).where(RowSigningKey.leaked_at.is_(None))
    return list(session.scalars(_CERTIFICATES.where(RowPdfCertificate.key_id.in_(keys))))


_CERTIFICATES = select(RowPdfCertificate.certificate).order_by(
    RowPdfCertificate.created_at, RowPdfCertificate.sha256
)


def keep(session: Session, row: Mapping[str, Any]) -> bool:
    """Keep the PDF of a record unless there is one; gives whether this one is kept."""
    return _insert(session, RowRecordPdf, row)


def remember_certificate(session: Session, row: Mapping[str, Any]) -> None:
    """Put a certificate with the others unless it is there."""
    _insert(session, RowPdfCertificate, row)


def _insert(session: Session, table: type[Base], row: Mapping[str, Any]) -> bool:
    # Two processes may do so at the same time: the first wins, and the second waits for it.
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    key = next(iter(table.__table__.primary_key)).name
    statement = dialect.insert(table).values(dict(row)).on_conflict_do_nothing(index_elements=[key])
    return session.scalar(statement.returning(table.__table__.c[key])) is not None

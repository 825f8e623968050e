"""Shapes of what the API takes and gives."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from quizapp.domain.currency import Currency
from quizapp.domain.record import RecordStatus
from quizapp.services import records_api

#: Cursors are counts of changes: any number a database counts to, and nothing longer.
LARGEST_CURSOR = 2**63 - 1


class _Closed(Schema):
    """A shape that refuses what it does not know."""

    class Meta:
        """Marshmallow's options."""

        unknown = "raise"


class ProblemSchema(Schema):
    """An error (RFC 9457); some codes bring facts of their own."""

    class Meta:
        """Marshmallow's options."""

        unknown = "include"

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; never changes meaning."})
    errors = fields.Raw(metadata={"description": "Which parts of the request are wrong, and why."})


class ChangesQuery(_Closed):
    """Where in the feed to read."""

    cursor = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LARGEST_CURSOR),
        metadata={"description": "The `cursor` of the page before; 0 reads from the beginning."},
    )
    limit = fields.Integer(
        load_default=records_api.PAGE_SIZE, validate=validate.Range(1, records_api.LARGEST_PAGE)
    )


class ChangeSchema(Schema):
    """One change of one record."""

    number = fields.Integer(required=True, metadata={"description": "Counts up by one, without gaps."})
    verb = fields.String(required=True, metadata={"description": "issue, supersede, suspend, ..."})
    status = fields.String(required=True, metadata={"description": "The status after this change."})
    reason_category = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    serial = fields.String(required=True)
    successor = fields.String(required=True, allow_none=True)
    record = fields.String(required=True, metadata={"description": "Address of the record as it is now."})


class ChangePageSchema(Schema):
    """A page of changes, oldest first."""

    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    cursor = fields.Integer(
        required=True, metadata={"description": "Where to go on; keep it, also when no change came."}
    )
    has_more = fields.Boolean(required=True)
    next = fields.String(required=True, metadata={"description": "Address of the page after this one."})


class RecordSchema(Schema):
    """A record as it stands now. The status is told today; the signed document never changes."""

    serial = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([str(s) for s in RecordStatus]))
    successor = fields.String(required=True, allow_none=True)
    record = fields.Dict(required=True, metadata={"description": "The signed document."})
    proof = fields.Dict(required=True)
    verify = fields.String(required=True, metadata={"description": "Address of the public page."})


class CurrencyQuery(_Closed):
    """Whom to look up: addresses or serials, and the framework it is about."""

    framework = fields.String(required=True, validate=validate.Length(1, 64))
    entries = fields.List(
        fields.String(validate=validate.Length(1, 320)),
        required=True,
        validate=validate.Length(1, records_api.LARGEST_CHECK),
        metadata={"description": "E-mail addresses, serials or names, in any mixture."},
    )


class StandingSchema(Schema):
    """The answer for one entry, in the order asked."""

    asked = fields.String(required=True)
    answer = fields.String(
        required=True,
        validate=validate.OneOf([answer.value for answer in Currency]),
    )
    serial = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    demonstrated = fields.List(fields.String(), required=True)
    missing = fields.List(fields.String(), required=True)


class CurrencySchema(Schema):
    """How everybody asked for stands."""

    framework = fields.String(required=True)
    results = fields.List(fields.Nested(StandingSchema), required=True)


class CaseDocuments(Schema):
    """The frameworks, as CASE documents."""

    CFDocuments = fields.List(fields.Dict(), required=True)


class CasePackage(Schema):
    """A framework with its items and associations."""

    CFDocument = fields.Dict(required=True)
    CFItems = fields.List(fields.Dict(), required=True)
    CFAssociations = fields.List(fields.Dict(), required=True)

"""The forms of signing in and of keeping an account: Flask-Security's, in our words."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    hash_password,
)
from flask_security.forms import (
    EmailValidation,
    EqualToLocalize,
    RequiredLocalize,
    email_required,
    password_required,
    valid_user_email,
)
from flask_security.utils import validate_redirect_url
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField

from quizapp.domain.person import MIN_PASSWORD_LENGTH, normalise_email
from quizapp.services import people, sign_in
from quizapp.web.access import account_session, context
from quizapp.web.account_messages import NOT_RIGHT

PASSWORD_HINT = _l("At least %(count)s characters. A short sentence is good.", count=MIN_PASSWORD_LENGTH)
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "7"}


def _new_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
        validators=[password_required],
    )


def _again(other: str) -> PasswordField:
    return PasswordField(
        _l("The new password again"),
        render_kw={"autocomplete": "new-password"},
        validators=[EqualToLocalize(other, message="RETYPE_PASSWORD_MISMATCH"), password_required],
    )


class SafeNext:
    """A page to return to that is not ours is dropped, not followed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validate_next(self.next)  # type: ignore[attr-defined]

    def validate_next(self, field: Any) -> None:
        """Keep only addresses of this site."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""


class RestingAccount:
    """Does not look at a password or code while the account rests."""

    user: Any

    def is_resting(self) -> bool:
        """Whether the account must wait; says so in the audit trail, with a hash's worth of work."""
        if self.user is None or not sign_in.is_resting(context(), self.user):
            return False
        person_id = self.user.id
        account_session().rollback()
        hash_password("resting")
        sign_in.refused(context(), person_id)
        return True


class SignInForm(SafeNext, RestingAccount, LoginForm):
    """Address and password."""

    email = EmailField(
        _l("E-mail address"),
        render_kw={"autocomplete": "username", "autofocus": True},
        validators=[email_required, EmailValidation(verify=False)],
    )
    password = PasswordField(
        _l("Password"), render_kw={"autocomplete": "current-password"}, validators=[password_required]
    )
    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The link to a new password stands below the form, not inside the field.
        self.password.description = ""

    def validate(self, **kwargs: Any) -> bool:
        """Let in whoever has the right password, unless the account rests."""
        if not (self.email.data and self.password.data):
            return bool(super().validate(**kwargs))
        self.ifield = self.email
        datastore = current_app.extensions["security"].datastore
        self.user = datastore.find_user(email=normalise_email(self.email.data))
        if self.is_resting():
            self.form_errors.append(str(NOT_RIGHT))
            return False
        is_valid = bool(super().validate(**kwargs))
        if self.user is None:
            account_session().rollback()
            sign_in.failed(context(), None, "password")
        return is_valid


class AgainForm(SafeNext, RestingAccount, VerifyForm):
    """The password once more, before something that matters."""

    password = PasswordField(
        _l("Password"),
        render_kw={"autocomplete": "current-password", "autofocus": True},
        validators=[password_required],
    )

    def validate(self, **kwargs: Any) -> bool:
        """As signing in, for the account that is signed in."""
        if self.is_resting():
            self.form_errors.append(_("Too many wrong tries. Wait a few minutes, then try again."))
            return False
        return bool(super().validate(**kwargs))


class ForgotForm(ForgotPasswordForm):
    """The address a link is sent to."""

    email = EmailField(
        _l("E-mail address"),
        render_kw={"autocomplete": "email", "autofocus": True},
        validators=[email_required, EmailValidation(verify=True), valid_user_email],
    )


class ResetForm(ResetPasswordForm):
    """A new password, twice."""

    password = _new_password(_l("New password"))
    password_confirm = _again("password")


class ChangeForm(ChangePasswordForm):
    """The present password, and a new one twice."""

    password = PasswordField(_l("Present password"), render_kw={"autocomplete": "current-password"})
    new_password = _new_password(_l("New password"))
    new_password_confirm = _again("new_password")


class CodesSetupForm(TwoFactorSetupForm):
    """Turn two-step sign-in on (a new secret each time) or, where it is not required, off."""

    setup = HiddenField()

    def validate(self, **kwargs: Any) -> bool:
        """Staff cannot turn off what the installation requires of them."""
        required = self.user.actor.is_staff and people.staff_needs_totp(context())
        if self.setup.data == "disable" and required:
            self.form_errors.append(_("Two-step sign-in is required for your roles. It stays on."))
            return False
        return bool(super().validate(**kwargs))


class NoRescueForm(TwoFactorRescueForm):
    """The library builds this form for a page of ours that does not show it."""

    help_setup = RadioField(choices=[])


class CodeForm(RestingAccount, TwoFactorVerifyCodeForm):
    """A code of the authenticator app."""

    code = StringField(
        _l("Six-digit code"),
        render_kw={**CODE_ATTRIBUTES, "autofocus": True},
        validators=[RequiredLocalize()],
    )

    def validate(self, **kwargs: Any) -> bool:
        """Wrong codes count like wrong passwords."""
        self.code.data = "".join((self.code.data or "").split())
        if self.is_resting():
            self.form_errors.append(_("Too many wrong tries. Wait a few minutes, then try again."))
            return False
        return bool(super().validate(**kwargs))


class RecoveryForm(RestingAccount, MfRecoveryForm):
    """One of the recovery codes."""

    code = StringField(
        _l("Recovery code"),
        render_kw={"autocomplete": "off", "autofocus": True},
        validators=[RequiredLocalize()],
    )

    def validate(self, **kwargs: Any) -> bool:
        """Wrong codes count like wrong passwords."""
        if self.is_resting():
            self.form_errors.append(_("Too many wrong tries. Wait a few minutes, then try again."))
            return False
        is_valid = bool(super().validate(**kwargs))
        if not is_valid and self.code.data and self.user is not None:
            self.user.track_failed_authn("recovery_code", True)
        return is_valid

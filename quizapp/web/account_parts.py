"""Flask-Security's exchangeable parts, in our make: mail, one-time codes, password rules."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request
from flask_babel import gettext as _
from flask_security import MailUtil, MfRecoveryCodesUtil, PasswordUtil
from flask_security.totp import Totp
from passlib.totp import TOTP, TokenError

from quizapp.domain.person import MIN_PASSWORD_LENGTH, check_password, normalise_email
from quizapp.ports import Message
from quizapp.services import qr, sign_in
from quizapp.web.access import account_session, context

#: How far a phone's clock may be off, in seconds: one code earlier, one later.
CLOCK_TOLERANCE = 30


class PortMail(MailUtil):
    """Hands mail to our port, once the request is answered and committed."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Put the mail off until the view's own commit is through."""
        message = Message(str(recipient), str(subject), (body or "").strip() + "\n")
        mailer = context().mailer

        @after_this_request
        def leave(response: Response) -> Response:
            sign_in.send(mailer, message)
            return response

    def normalize(self, email: str) -> str:
        """Our one spelling per mailbox; whether it exists only the mailbox can tell."""
        return normalise_email(email)

    def validate(self, email: str) -> str:
        """The same; nothing is asked of the network."""
        return normalise_email(email)


class PasswordRules(PasswordUtil):
    """The domain's rules for new passwords, as sentences."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """What is wrong (None: nothing), and the password as it is to be stored."""
        normal = self.normalize(password)
        problems = check_password(normal, getattr(kwargs.get("user"), "email", ""))
        told = [PasswordRules.sentence(problem.reason) for problem in problems]
        return told or None, normal

    @staticmethod
    def sentence(reason: str) -> str:
        """The sentence for one code of `check_password`."""
        told: str = {
            "too_short": _("The password needs at least %(count)s characters.", count=MIN_PASSWORD_LENGTH),
            "too_common": _("This password is among the first that are tried. Choose another."),
            "tells_address": _("The password must not contain your e-mail address."),
        }[reason]
        return told


class OneTimeCodes(Totp):
    """Codes of an authenticator app: told by our clock, good for one use."""

    def __init__(self, secrets: dict[Any, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, secrets=secrets)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether the code is the present one (or a neighbour) and was not used before."""
        try:
            match = self._totp.verify(
                token,
                totp_secret,
                time=context().clock.now(),
                window=CLOCK_TOLERANCE,
                last_counter=user.tf_last_counter if totp_secret == user.tf_totp_secret else None,
            )
        except TokenError:
            return False
        user.tf_last_counter = match.counter
        return True

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The set-up address as an image the page carries itself."""
        return qr.data_uri(self.get_totp_uri(username, totp))


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes whose making and use are audited."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New codes in place of all old ones."""
        sign_in.witness(context(), account_session(), user.id, "make_recovery_codes")
        codes: list[str] = super().create_recovery_codes(user)
        return codes

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether this is an unused code, however it was typed."""
        return bool(super().check_recovery_code(user, tidy(code)))

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Use a code up."""
        sign_in.witness(context(), account_session(), user.id, "use_recovery_code")
        return bool(super().delete_recovery_code(user, tidy(code)))


def tidy(code: str) -> str:
    """A recovery code as it was given out, from what somebody typed."""
    letters = "".join(c for c in code.lower() if c.isalnum())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))

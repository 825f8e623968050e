"""Flask-Security's messages in our words, by its names; the second value is the kind of notice."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

Message = tuple[LazyString, str]

#: One sentence for every way in which signing in fails, so that none tells what exists.
NOT_RIGHT = _l(
    "The e-mail address or the password is not right. After several wrong tries an account rests "
    "for a few minutes; then the right password works again."
)

SECURITY_MESSAGES: dict[str, Message] = {
    "GENERIC_AUTHN_FAILED": (NOT_RIGHT, "error"),
    "USER_DOES_NOT_EXIST": (NOT_RIGHT, "error"),
    "INVALID_PASSWORD": (_l("The password is not right. Nothing was changed."), "error"),
    "DISABLED_ACCOUNT": (NOT_RIGHT, "error"),
    "UNAUTHENTICATED": (_l("Please sign in to see this page."), "info"),
    "UNAUTHORIZED": (_l("Your account may not do this. Nothing was changed."), "error"),
    "REAUTHENTICATION_REQUIRED": (_l("Please enter your password again before you go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. You can go on."), "success"),
    "EMAIL_NOT_PROVIDED": (_l("Enter your e-mail address."), "error"),
    "INVALID_EMAIL_ADDRESS": (_l("This is not an e-mail address."), "error"),
    "PASSWORD_NOT_PROVIDED": (_l("Enter a password."), "error"),
    "PASSWORD_INVALID_LENGTH": (_l("The password needs at least %(length)s characters."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords are not the same."), "error"),
    "PASSWORD_IS_THE_SAME": (_l("The new password is the old one. Choose another."), "error"),
    "PASSWORD_CHANGE": (_l("Your password is changed. Other devices are signed out."), "success"),
    "PASSWORD_RESET_REQUEST": (
        _l("If there is an account with this address, a link to set a new password is on its way."),
        "info",
    ),
    "GENERIC_RECOVERY": (
        _l("If there is an account with this address, a link to set a new password is on its way."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (_l("This link is older than %(within)s. Ask for a new one below."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _l("This link was used already or is not complete. Ask for a new one below."),
        "error",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your password is set. Sign in with it."), "success"),
    "API_ERROR": (_l("This could not be understood. Nothing was changed; please start again."), "error"),
    "INVALID_CODE": (_l("The code is not right. Codes change every 30 seconds and work once."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        _l("The code is not right. Codes change every 30 seconds and work once."),
        "error",
    ),
    "INVALID_RECOVERY_CODE": (_l("This is none of your recovery codes, or it was used."), "error"),
    "NO_RECOVERY_CODES_SETUP": (_l("You have no recovery codes yet."), "info"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        _l("Two-step sign-in is on. Next, keep recovery codes in case the phone is lost."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Please start signing in again."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_l("This choice is not available. Nothing was changed."), "error"),
    "TWO_FACTOR_DISABLED": (_l("Two-step sign-in is off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (_l("This page was open for more than %(within)s. Start again."), "error"),
    "INVALID_REDIRECT": (_l("The address to return to was not one of ours, so it was dropped."), "info"),
}

SUBJECTS: dict[str, LazyString] = {
    "EMAIL_SUBJECT_PASSWORD_RESET": _l("Set a new password"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": _l("Your password was set"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": _l("Your password was changed"),
}

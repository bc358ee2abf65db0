"""The second factor: time-based codes (RFC 6238) and recovery codes, each taken once.

The library's own memory of a used code is a cache entry of thirty seconds, while a code is good for
ninety (one step early, one late), in every process. Here the last step taken is in the database and
only ever rises, in one statement: of two requests with the same code exactly one passes.
"""

import logging
import time
from hmac import compare_digest

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import connection

from rempart.access.at_rest import InvalidToken
from rempart.access.models import Account

_logger = logging.getLogger("rempart.access")

_TAKE = """
    insert into access.access_totpcounter as c (authenticator_id, last_counter) values (%s, %s)
    on conflict (authenticator_id) do update set last_counter = excluded.last_counter
        where c.last_counter < excluded.last_counter
"""


STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What is a factor by itself; recovery codes only stand in for one."""


def has_factor(account: Account) -> bool:
    """Whether the account has a second factor or a passkey, and so must use it."""
    return count(account) > 0


def count(account: Account) -> int:
    """How many factors the account has: its application, and each passkey."""
    return int(Authenticator.objects.filter(user=account, type__in=STRONG).count())


def has_app(account: Account) -> bool:
    """Whether an application on a telephone shows the account's codes."""
    return bool(Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists())


def codes_left(account: Account) -> int:
    """How many recovery codes are still good."""
    found = Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(found.wrap().get_unused_codes()) if found else 0


def take_code(account: Account, typed: str) -> Authenticator | None:
    """The factor that this code proves, or None. A code that is taken is spent."""
    typed = "".join(typed.split())
    by_code = Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.WEBAUTHN)
    for factor in by_code.order_by("-type"):
        if _take(factor, typed):
            factor.user = account
            return factor
    return None


def matching_steps(secret: str, typed: str, now: float | None = None) -> list[int]:
    """The time steps, around `now`, whose code this is: usually none or one, the latest first."""
    step = int(time.time() if now is None else now) // app_settings.TOTP_PERIOD
    near = range(step + app_settings.TOTP_TOLERANCE, step - app_settings.TOTP_TOLERANCE - 1, -1)
    return [n for n in near if compare_digest(format_hotp_value(hotp_value(secret, n)), _ascii(typed))]


def take_step(factor_id: int, step: int) -> bool:
    """Spend a time step: True when it is later than every one spent before."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [factor_id, step])
        return bool(cursor.rowcount == 1)


def _take(factor: Authenticator, typed: str) -> bool:
    try:
        if factor.type == Authenticator.Type.TOTP:
            steps = matching_steps(decrypt(factor.data["secret"]), typed)
            return any(take_step(factor.pk, step) for step in steps)
        return bool(factor.wrap().validate_code(typed))
    except InvalidToken:
        _logger.error(  # noqa: TRY400  # the exception says nothing more
            "a second factor of account %s cannot be opened: was REMPART_SECRET_KEY replaced without "
            "keeping the earlier one in REMPART_SECRET_KEY_FALLBACKS?",
            factor.user_id,
        )
        return False


def _ascii(typed: str) -> str:
    return typed if typed.isascii() else ""

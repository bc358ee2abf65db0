"""How a password is compared and an account fetched."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import Argon2PasswordHasher

from rempart.access.models import Account


class Argon2id(Argon2PasswordHasher):
    """Argon2id with the second recommended parameters of RFC 9106, section 4: 3 passes, 64 MiB, 4 lanes."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the account with its organisation; a closed account looks like a wrong password."""

    def get_user(self, user_id: int) -> Account | None:
        found = Account.objects.select_related("organisation", "professional", "holder")
        account = found.filter(pk=user_id, is_active=True).first()
        return account if account and account.works else None

    def _check_password(self, user: Account | None, password: str) -> Account | None:
        if user is None:
            return None
        self._did_check_password = True
        return user if user.check_password(password) and user.works else None

    def has_perm(self, *_: Any, **__: Any) -> bool:
        """Nobody has any: who may do what is said by doors and professions."""
        return False

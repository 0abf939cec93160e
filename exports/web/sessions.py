"""Sessions in the database under the digest of their id: who reads the table signs in as nobody."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends import db
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.base_session import AbstractBaseSession


class SessionStore(db.SessionStore):
    """Django's own; only the cookie holds the id itself."""

    def exists(self, session_key: str) -> bool:
        return super().exists(_digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        made = super().create_model_instance(data)
        made.session_key = _digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        if named := session_key or self.session_key:
            super().delete(_digest(named))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        named = _digest(self.session_key or "")
        found = self.model.objects.filter(session_key=named, expire_date__gt=timezone.now())
        session: AbstractBaseSession | None = found.first()
        if session is None:
            self._session_key = None
        return session


def _digest(session_key: str) -> str:
    """As long as the column is: 40 characters."""
    return hashlib.sha256(session_key.encode("utf-8", "surrogatepass")).hexdigest()[:40]

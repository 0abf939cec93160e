"""What all commands of ``manage.py`` have in common."""

from __future__ import annotations

from django.core.management.base import BaseCommand


class WaybillCommand(BaseCommand):
    """A command that starts at once: it looks through no page and no part of the API first.

    Those are the business of the web server, and of ``manage.py check``.
    """

    requires_system_checks = []

"""The audit is append-only from the first event on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations

from exports.models.triggers import triggers_install, triggers_remove

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def install(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers_install(editor.connection)


def remove(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    triggers_remove(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]

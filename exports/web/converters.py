"""What the parts of an address may look like."""

from __future__ import annotations

from django.urls.converters import StringConverter


class WorkspaceConverter(StringConverter):
    """A workspace's slug; never a word that begins an address of another part."""

    regex = r"(?!(?:account|api|static|health|metrics|compat)(?:/|\Z))[a-z0-9][a-z0-9-]{0,49}"


class UidConverter(StringConverter):
    """The public id of an export."""

    regex = r"exp_[0-9A-Za-z]{1,27}"


class TemplateConverter(StringConverter):
    """The public id of a template."""

    regex = r"tpl_[0-9A-Za-z]{1,27}"


class DeliveryConverter(StringConverter):
    """The public id of a message about an export."""

    regex = r"dlv_[0-9A-Za-z]{1,27}"


class MemberConverter(StringConverter):
    """The public id of a member."""

    regex = r"mem_[0-9A-Za-z]{1,27}"


class PrincipalConverter(StringConverter):
    """The public id of a principal."""

    regex = r"prn_[0-9A-Za-z]{1,27}"


class HistoryFormConverter(StringConverter):
    """As what the history can be taken along."""

    regex = r"csv|jsonl"


class KeyConverter(StringConverter):
    """The public id of an API key."""

    regex = r"key_[0-9A-Za-z]{1,27}"

"""Texts that pages like to trip over, and a workspace in which everything is called so."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from exports.domain.errors import Conflict, InvalidRequest
from exports.domain.exports import export_create
from exports.domain.keys import key_create
from exports.domain.members import member_add
from exports.domain.people import namespace_change, person_rename
from exports.domain.principals import principal_create
from exports.domain.requests import request_parse
from exports.domain.templates import template_create
from exports.models import Collection, Export, ExportFile, State, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exports.domain.access import Caller

TEXTS = (
    "<script>planted = 1</script>",
    "</title><script>planted = 1</script>",
    "<img src=x onerror=planted=1 class=planted>",
    "<svg/onload=planted=1>",
    '"><b class=planted>',
    "' onfocus=planted=1 autofocus='",
    '" onmouseover="planted=1" x="',
    "<!-- a comment that does not end",
    "</textarea></pre></option></select></template><i class=planted>",
    "<iframe src=javascript:planted=1></iframe>",
    "javascript:planted=1",
    "data:text/html,<script>planted=1</script>",
    "&lt;b&gt; &amp;amp; &#60;script&#62; &nbsp;",
    "{{ 7 * 7 }} {% debug %} {# no #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "%s %d %(name)s %% {0} {name}",
    "'; DROP TABLE exports_export; --",
    "1' OR '1'='1",
    '=HYPERLINK("https://evil.example", "click")',
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "C:\\con\\nul\\aux.txt",
    "a/b?c=d&e=f#g;h",
    "two\nlines\r\nand\ta tab",
    "   blanks around   ",
    "\u202egnirts desrever\u202c",
    "\u2067\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u2069 and back",
    "\u0645\u0643\u062a\u0628\u0629 \u05e1\u05e4\u05e8\u05d9\u05d9\u05d4",
    "zero\u200bwidth\u200djoiner\ufeffmark",
    "\u0001\u0007\u001b[31mred\u001b[0m\u007f",
    "\U0001f469\u200d\U0001f4bb\U0001f3f3\ufe0f\u200d\U0001f308\U0001f1e6\U0001f1f6",
    "Z\u0351\u036b\u0343a\u0311\u0343\u0358l\u0355\u0316g\u0337o\u0321\u0328",
    "\u5927\u898f\u6a21\u30c7\u30fc\u30bf\u306e\u66f8\u304d\u51fa\u3057\ud55c\uad6d\uc5b4",
    "\ufdfd\ufdfd\ufdfd",
    "\u1e9e\u0130\u0131\u017f\u212a\ufb03",
    "W" * 90,
    "averylongwordwithoutanyplacetobreakit" * 2,
    "\u0e01" * 90,
    "null",
    "undefined",
    "NaN",
    "0",
    "\u00a0",
    "\ufffd\ufffe\uffff",
)


def plant(caller: Caller, collection: Collection, texts: Sequence[str]) -> dict[str, list[str]]:
    """Everything that can be called so is. Gives what each list of the pages has to show."""
    everything = "\n".join(texts)
    for text in texts:
        for make in (_export, _template, _principal, _key, _member):
            with suppress(InvalidRequest, Conflict), transaction.atomic():
                make(caller, collection, text, everything)
        _collection(collection, text, everything)
    with suppress(InvalidRequest):
        namespace_change(caller.namespace, actor=caller.actor, name=texts[0])
    namespace = caller.namespace
    return {
        "exports": [each.label for each in namespace.exports.all()],
        "templates": [each.name for each in namespace.templates.all()],
        "principals": [each.name for each in namespace.principals.all()],
        "keys": [each.label for each in namespace.keys.all()],
        "members": [str(each.user) for each in namespace.memberships.all()],
        "collections": [each.name for each in namespace.collections.all()],
    }


def _export(caller: Caller, collection: Collection, text: str, everything: str) -> None:
    asked = {
        "collection": collection.name,
        "label": text,
        "description": everything[:5_000],
        "where": {"field": "carrier", "operator": "in", "value": [text]},
        "file_name": text[:100],
        "format": "csv",
        "csv": {"null_text": text[:100]},
    }
    export, _ = export_create(caller, request_parse(asked))
    now = timezone.now()
    Export.objects.filter(pk=export.pk).update(
        state=State.READY,
        hold_reason=everything[:500],
        started_at=now,
        ended_at=now,
        expires_at=now,
    )
    ExportFile.objects.create(
        export=export,
        attempt=0,
        name=f"files/{text[:90]}",
        key="nowhere",
        bytes=1,
        sha256="0f" * 32,
    )


def _template(caller: Caller, collection: Collection, text: str, everything: str) -> None:
    request = {"collection": collection.name, "label": text, "where": {"carrier": text}}
    template_create(caller, name=text[:100], request=request, description=everything[:2_000])


def _principal(caller: Caller, _: Collection, text: str, everything: str) -> None:
    principal_create(namespace=caller.namespace, name=text, identities=[text], actor=caller.actor)


def _key(caller: Caller, _: Collection, text: str, everything: str) -> None:
    key_create(
        namespace=caller.namespace,
        owner=caller.user,
        label=text,
        scopes=["exports:read"],
        actor=caller.actor,
    )


def _member(caller: Caller, _: Collection, text: str, everything: str) -> None:
    user = User.objects.create_user(f"m{User.objects.count()}@example.org", None)
    person_rename(user, text.strip(), actor=caller.actor)
    member_add(namespace=caller.namespace, user=user, role="auditor", actor=caller.actor)


def _collection(like: Collection, text: str, everything: str) -> None:
    """Under as much of the text as a name may hold."""
    name = "".join(each for each in text if each.isalnum())[:99]
    if name and not Collection.objects.filter(name=name).exists():
        Collection.objects.create(
            namespace=like.namespace,
            name=name,
            description=everything[:1_000],
            source=like.source,
            locations=[f"/data/{text}"],
            key=like.key,
            schema_tree=like.schema_tree,
            schema_version=like.schema_version,
            documents=like.documents,
        )

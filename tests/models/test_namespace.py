"""The slug of a workspace is the first part of its addresses."""

from __future__ import annotations

import pytest

from exports.domain.audit import SYSTEM
from exports.domain.errors import InvalidRequest
from exports.domain.people import namespace_create


@pytest.mark.parametrize(
    "slug", ["account", "api", "static", "health", "metrics", "Demo", "a b", "-a", ""]
)
def test_a_slug_that_cannot_be_an_address_is_refused(slug: str, db: None) -> None:
    with pytest.raises(InvalidRequest) as caught:
        namespace_create(slug=slug, name="Name", actor=SYSTEM)

    assert {error.path for error in caught.value.errors} == {"slug"}


def test_a_slug_is_taken_once(db: None) -> None:
    namespace_create(slug="ours", name="Ours", actor=SYSTEM)

    with pytest.raises(InvalidRequest, match="already"):
        namespace_create(slug="ours", name="Theirs", actor=SYSTEM)

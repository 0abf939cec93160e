"""The keys that sign manifests: the public halves are kept for as long as there are manifests."""

from __future__ import annotations

from django.db import models

from exports.models.ids import signing_uid


class SigningKey(models.Model):
    """An Ed25519 key. The newest one that is not retired signs.

    :ivar public: 32 bytes, in base64. :ivar private: 32 bytes, sealed by the store's master key.
    """

    uid = models.CharField(max_length=32, unique=True, default=signing_uid, editable=False)
    public = models.CharField(max_length=64)
    private = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.uid

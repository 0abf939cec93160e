"""The S3 server on which results, and the sources of collections, may lie.

Its credentials are found by boto3's own chain: the environment, a profile, the role of a machine.
"""

from __future__ import annotations

from config.env import choice, flag, text

# Results lie in this bucket, below this prefix; without a bucket, on the local disk.
S3_BUCKET = text("S3_BUCKET")
S3_PREFIX = text("S3_PREFIX").strip("/")

S3_ENDPOINT = text("S3_ENDPOINT")
# The address by which people's browsers know it, for links; the same one unless set.
S3_PUBLIC_ENDPOINT = text("S3_PUBLIC_ENDPOINT", S3_ENDPOINT)
S3_REGION = text("S3_REGION")

# Who encrypts what lies there: we before it leaves this machine, or the server, or nobody.
S3_ENCRYPTION = choice("S3_ENCRYPTION", ("client", "AES256", "KMS", "none"))
S3_KMS_KEY = text("S3_KMS_KEY")
# Some servers refuse the sums that go along; what is stored is read back and compared all the same.
S3_SUMS = flag("S3_SUMS", default=True)

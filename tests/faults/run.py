"""Runs one of the programs beside it in a process, with a folder and servers, of its own.

``python -m tests.faults.run storm --database postgres …``; the last line that it prints is what
it found, as JSON, and its code is 0 when that is as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import boto3
import django

from tests import services
from tests.s3.servers import KEY_ID, SECRET, moto

# Short, so that whatever is lost is soon noticed.
SHORT = {
    "WAYBILL_LEASE": "1.5",
    "WAYBILL_PULSE": "0.1",
    "WAYBILL_RECONCILE_EVERY": "0.5",
    # Many, so that none fails for good however often it is struck.
    "WAYBILL_RETRY_PAUSES": ",".join(["0.2"] * 30),
    "WAYBILL_LOG_LEVEL": "WARNING",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--store", choices=["local", "s3"], default="local")
    asked, rest = parser.parse_known_args()
    folder = Path(tempfile.mkdtemp(prefix="waybill-fault-"))
    # PostgreSQL runs as another user, who must be able to pass through to its own folder.
    folder.chmod(0o711)
    with ExitStack() as servers:
        servers.callback(shutil.rmtree, folder, ignore_errors=True)
        os.environ |= {**SHORT, "WAYBILL_VAR": str(folder), "WAYBILL_SOURCE_ROOTS": str(folder)}
        os.environ["REDIS_URL"] = servers.enter_context(services.valkey(folder))
        os.environ.pop("DATABASE_URL", None)
        if asked.database == "postgres":
            os.environ["DATABASE_URL"] = servers.enter_context(
                services.postgres(folder / "postgres")
            )
        if asked.store == "s3":
            os.environ |= _bucket(servers.enter_context(moto()))
        django.setup()
        program = import_module(f"tests.faults.{asked.program}")
        found, well = program.main(rest)
        print(json.dumps(found))
    return 0 if well else 1


def _bucket(address: str) -> dict[str, str]:
    """The settings of a store in a new bucket of an S3 server."""
    endpoint, name = f"http://{address}", "results"
    region = "us-east-1"
    boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    ).create_bucket(Bucket=name)
    return {
        "S3_BUCKET": name,
        "S3_ENDPOINT": endpoint,
        "S3_REGION": region,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


if __name__ == "__main__":
    sys.exit(main())

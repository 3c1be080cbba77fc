"""moto's S3: bucket policies, and buckets that can be emptied at once."""

from __future__ import annotations

import copy
from typing import Any

from moto.s3.models import s3_backends

from wireroom_infra.embedded.moto_gaps.cloudformation import register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, lock


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::S3::BucketPolicy", _create_bucket_policy)


def empty() -> None:
    """No object in any bucket."""
    for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
        bucket.keys.clear()
        bucket.multiparts.clear()


def contents(bucket: str) -> dict[str, bytes]:
    """Key → content of every object of a bucket, without a call for each."""
    with lock:
        keys = list(s3_backends[ACCOUNT]["aws"].get_bucket(bucket).keys.values())
        return {key.name: bytes(key.value) for key in keys}


def objects() -> dict[str, list[Any]]:
    """Bucket name → its objects, as `put_back` takes them; copies, as moto closes an old one."""
    stored = s3_backends[ACCOUNT]["aws"].buckets
    kept = {
        name: [copy.copy(key) for key in bucket.keys.values()] for name, bucket in stored.items()
    }
    for keys in kept.values():
        for key in keys:
            key.disposed = True  # or moto warns at exit, when it no longer can
    return kept


def put_back(kept: dict[str, list[Any]]) -> None:
    """Those objects in emptied buckets."""
    stored = s3_backends[ACCOUNT]["aws"].buckets
    for name, found in kept.items():
        for key in found:
            stored[name].keys[key.name] = copy.copy(key)


def _create_bucket_policy(_name: str, properties: dict[str, Any]) -> None:
    # moto's own enforcement ignores principals and conditions, so the policy stays with its bucket
    # for callers to read, by its own name.
    bucket = s3_backends[ACCOUNT]["aws"].get_bucket(properties["Bucket"])
    bucket.deployed_policy = properties["PolicyDocument"]

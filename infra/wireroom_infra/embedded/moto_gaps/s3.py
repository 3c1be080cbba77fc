"""moto's S3: bucket policies, what buckets tell queues, conditional copies, and buckets that can be
emptied at once."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import unquote

from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.cloudformation import register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, lock


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::S3::BucketPolicy", _create_bucket_policy)
    create = FakeBucket.create_from_cloudformation_json

    # moto's CloudFormation leaves the notifications of a bucket out.
    def create_bucket(
        _cls: Any, name: str, resource: dict[str, Any], *rest: Any, **more: Any
    ) -> Any:
        bucket = create(name, resource, *rest, **more)
        told = resource.get("Properties", {}).get("NotificationConfiguration")
        if told:
            bucket.set_notification_configuration(_notifications(told))
        return bucket

    FakeBucket.create_from_cloudformation_json = classmethod(create_bucket)
    copy_object = S3Response.copy_object

    # moto copies whatever is there now.
    def copy_if_match(self: Any) -> Any:
        wanted = self.headers.get("x-amz-copy-source-if-match")
        if wanted:
            bucket, _, key = unquote(self.headers["x-amz-copy-source"]).lstrip("/").partition("/")
            found = self.backend.get_object(bucket, key)
            if found is not None and found.etag.strip('"') != wanted.strip('"'):
                raise PreconditionFailed("x-amz-copy-source-If-Match")
        return copy_object(self)

    S3Response.copy_object = copy_if_match


def notified(bucket: str) -> list[str]:
    """The ARNs of the queues that a bucket tells of its objects."""
    told = s3_backends[ACCOUNT]["aws"].get_bucket(bucket).notification_configuration
    return [each.arn for each in told.queue] if told else []


def _notifications(configuration: dict[str, Any]) -> dict[str, Any]:
    """A NotificationConfiguration of CloudFormation as S3's own call takes it."""
    unknown = set(configuration) - {"QueueConfigurations"}
    if unknown:
        raise DeployError(f"the embedded AWS does not know {sorted(unknown)} of a bucket")
    return {
        "QueueConfiguration": [
            {
                "Queue": each["Queue"],
                "Event": [each["Event"]],
                "Filter": {"S3Key": {"FilterRule": each["Filter"]["S3Key"]["Rules"]}},
            }
            for each in configuration["QueueConfigurations"]
        ]
    }


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

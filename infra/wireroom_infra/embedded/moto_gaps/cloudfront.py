"""moto's CloudFront: the distribution of the stack, and invalidations that take their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.cloudfront import models
from moto.cloudfront.exceptions import CloudFrontException

from wireroom_infra.embedded.moto_gaps.cloudformation import Deployed, register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT

TAKES = timedelta(seconds=20)  # AWS names no time; mostly it is less than a minute
WILDCARDS, PATHS = 15, 3000  # under way at a time


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::CloudFront::Distribution", _create_distribution, ("Id", "DomainName"))
    # moto's own is completed at once, has no limits, and knows no reference.
    models.CloudFrontBackend.create_invalidation = _create_invalidation
    models.Invalidation.status = property(_status, lambda *_: None)


def empty() -> None:
    """No invalidation; the distribution stays."""
    _backend().invalidations.clear()


def invalidations() -> list[tuple[str, tuple[str, ...]]]:
    """(CallerReference, paths) of every invalidation, the oldest first."""
    return [
        (each.caller_ref, tuple(each.paths))
        for several in _backend().invalidations.values()
        for each in several
    ]


def _backend() -> Any:
    return models.cloudfront_backends[ACCOUNT]["aws"]


def _create_distribution(name: str, properties: dict[str, Any]) -> Deployed:
    # Of its many settings moto's invalidations need none.
    config = properties["DistributionConfig"]
    origins = [{"Id": each["Id"], "DomainName": each["DomainName"]} for each in config["Origins"]]
    behavior = config["DefaultCacheBehavior"]
    made, _, _ = _backend().create_distribution(
        {
            "CallerReference": name,
            "Origins": {"Items": origins},
            "DefaultCacheBehavior": {
                "TargetOriginId": behavior["TargetOriginId"],
                "ViewerProtocolPolicy": behavior["ViewerProtocolPolicy"],
            },
        },
        [],
    )
    return Deployed(made.id, {"Id": made.id, "DomainName": made.domain_name})


def _status(invalidation: Any) -> str:
    over = models.utcnow() - invalidation.create_time >= TAKES
    return "Completed" if over else "InProgress"


def _create_invalidation(self: Any, dist_id: str, paths: list[str], caller_ref: str) -> Any:
    distribution, _ = self.get_distribution(dist_id)
    kept = self.invalidations.setdefault(dist_id, [])
    for each in kept:
        if each.caller_ref == caller_ref:
            if sorted(each.paths) == sorted(paths):
                return each
            raise CloudFrontException(
                "InvalidationBatchAlreadyExists", "This reference was used with other paths."
            )
    under_way = [path for each in kept if each.status == "InProgress" for path in each.paths]
    asked = [*under_way, *paths]
    wildcards = sum(path.endswith("*") for path in asked)
    if wildcards > WILDCARDS or len(asked) - wildcards > PATHS:
        raise CloudFrontException("TooManyInvalidationsInProgress", "Too many under way.")
    made = models.Invalidation(distribution, paths, caller_ref)
    kept.append(made)
    return made

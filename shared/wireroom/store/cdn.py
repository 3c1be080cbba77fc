"""CloudFront: invalidations of what its caches hold.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from wireroom.errors import Conflict, TooManyPurges
from wireroom.store.aws import code, translated


class Cdn:
    """`client`: the name of a service → its boto3 client. It is made when it is first needed, as
    most invocations purge nothing. `distribution`: the id of the site's; "" if it has none, and
    nothing can be purged."""

    def __init__(self, client: Callable[[str], Any], distribution: str) -> None:
        self._make = client
        self._made: Any = None
        self.distribution = distribution

    def purge(self, reference: str, paths: Sequence[str]) -> str:
        """Ask for an invalidation of `paths`; gives its id. A repeat with the same `reference` and
        paths gives the one that is there.

        Raises TooManyPurges if CloudFront has as many under way as it takes, Conflict if it knows
        the reference with other paths, and Unavailable.
        """
        with translated(f"purge {reference}"):
            try:
                answer = self._client.create_invalidation(
                    DistributionId=self.distribution,
                    InvalidationBatch={
                        "Paths": {"Quantity": len(paths), "Items": list(paths)},
                        "CallerReference": reference,
                    },
                )
            except ClientError as error:
                if code(error) == "TooManyInvalidationsInProgress":
                    raise TooManyPurges(f"purge {reference}: {code(error)}") from error
                if code(error) == "InvalidationBatchAlreadyExists":
                    raise Conflict(f"purge {reference}: {code(error)}") from error
                raise
        return str(answer["Invalidation"]["Id"])

    def purged(self, invalidation: str) -> bool:
        """Whether the invalidation is completed, so that no cache holds the old pages any more.

        Raises Conflict if CloudFront does not know it, and Unavailable.
        """
        with translated(f"look at invalidation {invalidation}"):
            try:
                answer = self._client.get_invalidation(
                    DistributionId=self.distribution, Id=invalidation
                )
            except ClientError as error:
                if code(error) == "NoSuchInvalidation":
                    raise Conflict(f"invalidation {invalidation}: {code(error)}") from error
                raise
        return bool(answer["Invalidation"]["Status"] == "Completed")

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = self._make("cloudfront")
        return self._made

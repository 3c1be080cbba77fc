"""CloudFront in the embedded AWS: invalidations take time, have limits, and know their reference.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from wireroom_infra.embedded import EmbeddedAWS


def ask(aws: EmbeddedAWS, reference: str, *paths: str) -> str:
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference}
    client = aws.client("cloudfront")
    answer: dict[str, Any] = client.create_invalidation(
        DistributionId=aws.outputs["DistributionId"], InvalidationBatch=batch
    )
    return str(answer["Invalidation"]["Id"])


def status(aws: EmbeddedAWS, name: str) -> str:
    client = aws.client("cloudfront")
    answer = client.get_invalidation(DistributionId=aws.outputs["DistributionId"], Id=name)
    return str(answer["Invalidation"]["Status"])


def test_an_invalidation_is_in_progress_for_a_while(aws: EmbeddedAWS) -> None:
    name = ask(aws, "one", "/a", "/b/*")
    assert status(aws, name) == "InProgress"
    aws.clock.advance(60)
    assert status(aws, name) == "Completed"


@pytest.mark.filterwarnings("ignore:.*InvalidationBatchAlreadyExists")  # botocore has no such shape
def test_a_reference_that_is_used_again_is_the_same_invalidation(aws: EmbeddedAWS) -> None:
    assert ask(aws, "one", "/a", "/b") == ask(aws, "one", "/b", "/a")
    with pytest.raises(ClientError, match="InvalidationBatchAlreadyExists"):
        ask(aws, "one", "/a")


def test_fifteen_wildcards_are_under_way_at_a_time(aws: EmbeddedAWS) -> None:
    ask(aws, "one", *(f"/{number}/*" for number in range(14)))
    with pytest.raises(ClientError, match="TooManyInvalidationsInProgress"):
        ask(aws, "two", "/x/*", "/y/*")
    ask(aws, "three", "/z/*", *(f"/{number}" for number in range(3000)))
    with pytest.raises(ClientError, match="TooManyInvalidationsInProgress"):
        ask(aws, "four", "/a")
    aws.clock.advance(60)
    assert ask(aws, "two", "/x/*", "/y/*")


def test_another_distribution_is_not_there(aws: EmbeddedAWS) -> None:
    batch = {"Paths": {"Quantity": 1, "Items": ["/"]}, "CallerReference": "one"}
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        aws.client("cloudfront").create_invalidation(
            DistributionId="another", InvalidationBatch=batch
        )

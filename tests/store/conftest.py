"""The stores on the deployed stack's own table, queue and buckets, which are empty."""

from __future__ import annotations

import pytest

from wireroom.store.bodies import Bodies
from wireroom.store.feeds import Feeds
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS


@pytest.fixture
def table(aws: EmbeddedAWS) -> Table:
    return Table(aws.client("dynamodb"), aws.outputs["TableName"])


@pytest.fixture
def feeds(aws: EmbeddedAWS) -> Feeds:
    return Feeds(aws.client("dynamodb"), aws.outputs["TableName"])


@pytest.fixture
def bodies(aws: EmbeddedAWS) -> Bodies:
    return Bodies(aws.client("s3"), aws.outputs["ContentBucket"])

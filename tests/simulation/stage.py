"""Runs the deployed stack with time, chance and AWS in the hands of a simulation.

The functions, their roles, timeouts, event sources and environment are those of the deployed
template. Patched while a stage is open, and only here: botocore's one method that makes a call,
the clock, uuid4, the jitter of ingest, the fetch of a feed, and `pool.each`, the one place where
Wireroom starts threads.
"""

from __future__ import annotations

import json
import logging
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from copy import copy
from datetime import datetime
from functools import cache
from hashlib import md5
from itertools import product
from types import ModuleType
from typing import Any, Protocol
from unittest.mock import patch
from uuid import UUID

import boto3
import botocore.client
from msgspec import Struct

import wireroom.clock
import wireroom.measure
import wireroom.pipeline.dispatch
import wireroom.pipeline.indexing
import wireroom.pipeline.ingest
import wireroom.pipeline.process
import wireroom.pipeline.reads
import wireroom.pipeline.release
import wireroom.pipeline.republish
import wireroom.site.build
import wireroom.site.feeds
import wireroom.site.notices
import wireroom.site.purging
import wireroom.site.search
import wireroom.site.sitemaps
import wireroom.store.bus
import wireroom.store.feeds
import wireroom.store.orders
import wireroom.store.pages
import wireroom.store.queues
import wireroom.unforeseen
from tests.simulation.cloud import Cloud, Index, Told, failure
from tests.simulation.memory import remembered
from wireroom.errors import PictureRefused
from wireroom.model import Renditions
from wireroom.newsroom import normalise as normalising
from wireroom.site import templating
from wireroom.store import pool
from wireroom.store.aws import CONFIG
from wireroom.wire.formats import feeds
from wireroom.wire.http.fetch import Response
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.calls import partition_keys, required, running
from wireroom_infra.embedded.filters import Filter, event_filter
from wireroom_infra.embedded.functions import Function

# The sizes of chunks: a name → (the module, its constant).
SIZES = {
    "rows of a chunk": (wireroom.pipeline.republish, "ROWS"),
    "stories filed in a chunk": (wireroom.pipeline.republish, "FILED"),
    "lists of a chunk": (wireroom.pipeline.republish, "LOOKS"),
    "objects of a chunk": (wireroom.pipeline.republish, "OBJECTS"),
    "left over in a chunk": (wireroom.pipeline.republish, "LEFT_OVER"),
    "rows of a list": (wireroom.pipeline.reads, "WINDOW"),
    "entries of a front": (wireroom.pipeline.reads, "FRONT"),
    "articles of a read": (wireroom.pipeline.reads, "ARTICLES"),
    "addresses of a sitemap": (wireroom.site.sitemaps, "ADDRESSES"),
    "months of a step": (wireroom.pipeline.indexing, "MONTHS"),
    "shards of a step": (wireroom.pipeline.indexing, "GROUP"),
    "articles let out": (wireroom.pipeline.release, "ARTICLES"),
    "messages of a batch": (wireroom.store.queues, "BATCH"),
    "wildcards of a purge": (wireroom.site.purging, "WILDCARDS"),
    "bytes of an event": (wireroom.store.bus, "ROOM"),
}
_SIZES = {name: getattr(*where) for name, where in SIZES.items()}


class Play(Protocol):
    """What a simulation provides for the code that runs on the stage."""

    def chance(self) -> random.Random: ...
    def now(self) -> datetime: ...
    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> Any: ...
    def fetch(self, url: str, etag: str, last_modified: str) -> Response: ...
    def fetch_picture(self, url: str) -> Response: ...
    def unforeseen(self, error: Exception, reason: str) -> None: ...
    def measure(self, counts: Mapping[str, int], prefix: str) -> None: ...


class Source(Struct, frozen=True):
    """A queue that a function reads, as deployed. `visibility` in seconds."""

    queue: str
    function: str
    batch: int
    visibility: int
    receives: int
    dead_letters: str


class StreamSource(Struct, frozen=True):
    """The table's stream, as deployed. `retries` of a batch, `destination`: a queue's name."""

    function: str
    batch: int
    retries: int
    bisect: bool
    passes: Filter
    destination: str


class Stage:
    """`aws`: the running embedded AWS. One stage is open at a time in a process."""

    def __init__(self, aws: EmbeddedAWS) -> None:
        self.aws = aws
        self.functions: Mapping[str, Function] = aws.functions
        self.table = aws.outputs["TableName"]
        self.content = aws.outputs["ContentBucket"]
        self.site = aws.outputs["SiteBucket"]
        self.inbox = aws.outputs["InboxBucket"]
        names = {
            output.removesuffix("Url"): url.rpartition("/")[2]
            for output, url in aws.outputs.items()
            if output.endswith("Url")
        }
        self.queues: Mapping[str, str] = names
        self.sources = {
            source.queue: source
            for source in (
                self._source(m) for m in self._mappings() if ":sqs:" in m["EventSourceArn"]
            )
        }
        readers = {
            source.function: source
            for source in (
                self._reader(m) for m in self._mappings() if ":dynamodb:" in m["EventSourceArn"]
            )
        }
        self.stream = readers["RenderFunction"]
        self.pictures = readers["PicturesFunction"]
        self._indexes = self._described()
        self._tells = tuple(self._notifications())
        self.play: Play
        self._exit = ExitStack()

    def _mappings(self) -> list[dict[str, Any]]:
        client = self.aws.client("lambda")
        found: list[dict[str, Any]] = client.list_event_source_mappings()["EventSourceMappings"]
        return found

    def _named(self, arn: str) -> str:
        return next(name for name, each in self.functions.items() if each.arn == arn)

    def _reader(self, stream: Mapping[str, Any]) -> StreamSource:
        return StreamSource(
            function=self._named(stream["FunctionArn"]),
            batch=stream["BatchSize"],
            retries=stream["MaximumRetryAttempts"],
            bisect=stream["BisectBatchOnFunctionError"],
            passes=event_filter(stream["FilterCriteria"]),
            destination=stream["DestinationConfig"]["OnFailure"]["Destination"].rpartition(":")[2],
        )

    def _source(self, mapping: Mapping[str, Any]) -> Source:
        name = mapping["EventSourceArn"].rpartition(":")[2]
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes["RedrivePolicy"])
        return Source(
            queue=name,
            function=self._named(mapping["FunctionArn"]),
            batch=mapping["BatchSize"],
            visibility=int(attributes["VisibilityTimeout"]),
            receives=int(redrive["maxReceiveCount"]),
            dead_letters=redrive["deadLetterTargetArn"].rpartition(":")[2],
        )

    def cloud(self) -> Cloud:
        """An empty AWS with the names of the deployed one."""
        buckets = [self.content, self.site, self.inbox, "rebuilt"]
        return Cloud(buckets, list(self.queues.values()), self._indexes, self._tells)

    def _notifications(self) -> Iterator[Told]:
        client = self.aws.client("s3")
        found = client.get_bucket_notification_configuration(Bucket=self.inbox)
        for each in found["QueueConfigurations"]:
            (rule,) = each["Filter"]["Key"]["FilterRules"]
            yield Told(self.inbox, rule["Value"], each["QueueArn"].rpartition(":")[2])

    def _described(self) -> dict[str, Index]:
        client = self.aws.client("dynamodb")
        table = client.describe_table(TableName=self.table)["Table"]
        found = {}
        for index in table["GlobalSecondaryIndexes"]:
            first, second = (each["AttributeName"] for each in index["KeySchema"])
            others = index["Projection"]["NonKeyAttributes"]
            held = frozenset(("pk", "sk", first, second, *others))
            found[index["IndexName"]] = Index((first, second), held)
        return found

    def container(self, function: str) -> Function:
        """A cold container of a function."""
        container = copy(self.functions[function])
        container.cold_start()
        return container

    def resize(self, sizes: Mapping[str, int]) -> None:
        """Set SIZES to the values in `sizes`, and all others to their own."""
        for name, (module, constant) in SIZES.items():
            setattr(module, constant, sizes.get(name, _SIZES[name]))

    # --- patches --------------------------------------------------------------------------------

    def __enter__(self) -> Stage:
        with ExitStack() as stack:
            for target, name, new in (
                (botocore.client.BaseClient, "_make_api_call", self._call()),
                (boto3, "client", lambda service, config=CONFIG: _client(service, config)),
                (wireroom.clock, "now", self._now),
                (wireroom.store.pages, "uuid4", self._uuid),
                (wireroom.store.feeds, "uuid4", self._uuid),
                (wireroom.pipeline.ingest, "_jitter", self._jitter),
                (wireroom.pipeline.ingest.Fetcher, "get", self._fetch),
                (wireroom.store.orders, "uuid4", self._uuid),
                (pool, "each", self._each),
                (wireroom.unforeseen, "log", self._unforeseen),
                # Each stage has a memory of its own: nothing of a sabotage outlives it.
                (wireroom.site.build, "render", remembered(templating.render)),
                (wireroom.site.feeds, "render", remembered(templating.render)),
                (wireroom.site.notices, "render", remembered(templating.render)),
                (wireroom.site.search, "SHARDS", 2),
                (wireroom.site.search, "PARTS", 1),
                (wireroom.site.sitemaps, "render", remembered(templating.render)),
                (wireroom.pipeline.dispatch, "parse", remembered(feeds.parse)),
                (wireroom.pipeline.process, "normalise", remembered(normalising.normalise)),
                (wireroom.measure, "measure", self._measure),
            ):
                stack.enter_context(patch.object(target, name, new))
            # Not by `patch.dict`, which also forgets what is imported meanwhile, such as Babel:
            # its classes would then be there twice.
            sys.modules["renditions"] = _renditions()
            stack.callback(sys.modules.pop, "renditions")
            logging.disable(logging.CRITICAL)
            stack.callback(logging.disable, logging.NOTSET)
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()
        self.resize({})
        for name in [name for name in sys.modules if name.startswith("_embedded_")]:
            del sys.modules[name]  # of containers that are gone

    def _call(self) -> Callable[..., Any]:
        def call(client: Any, operation: str, params: Mapping[str, Any]) -> Any:
            return self.play.call(client.meta.service_model.service_name, operation, params)

        return call

    def _now(self) -> datetime:
        return self.play.now()

    def _jitter(self) -> float:
        return self.play.chance().random()

    def _unforeseen(self, error: Exception, reason: str) -> None:
        self.play.unforeseen(error, reason)

    def _measure(self, counts: Mapping[str, int], *, prefix: str = "", **_: Any) -> None:
        self.play.measure(counts, prefix)

    def _uuid(self) -> UUID:
        return UUID(int=self.play.chance().getrandbits(128), version=4)

    def _fetch(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = "", **_: Any
    ) -> Response:
        if "image" in accept:
            return self.play.fetch_picture(url)
        return self.play.fetch(url, etag, last_modified)

    def _each(
        self,
        call: Callable[[Any], Any],
        values: Iterable[Any],
        ready: Callable[[Any], bool] = lambda value: True,
    ) -> list[Any]:
        """`pool.each` without threads, in an order that the seed decides. Like `pool.each` it
        raises the first error when all are done."""
        several = list(values)
        results: list[Any] = [None] * len(several)
        errors: dict[int, Exception] = {}
        order = list(range(len(several)))
        self.play.chance().shuffle(order)
        for place in order:
            assert ready(several[place])  # one at a time: nobody else is in the way
            try:
                results[place] = call(several[place])
            except Exception as error:  # noqa: BLE001 (as in a thread)
                errors[place] = error
        if errors:
            raise errors[min(errors)]
        return results


def _renditions() -> ModuleType:
    """The module of PicturesFunction, without Pillow."""
    module = ModuleType("renditions")
    module.renditions = copies_of  # type: ignore[attr-defined]
    return module


def copies_of(data: bytes) -> Renditions:
    """In the place of the function that decodes pictures, which takes its time: a picture has one
    rendition, which is the picture itself."""
    if data.startswith(b"<"):
        raise PictureRefused("not-a-picture", "a page")
    name = md5(data, usedforsecurity=False).hexdigest()
    return Renditions(name=name, width=8, height=4, files={8: data}, share=data, share_size=(8, 4))


@cache
def _client(service: str, config: Any) -> Any:
    """One for all stages: botocore takes a tenth of a second to make one, and here it only names
    the call that is made."""
    return boto3.session.Session().client(service, config=config)


_granted: set[tuple[object, ...]] = set()  # asked before, as IAM's wildcards take their time


def allowed(service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Raises the error of AWS if the role of the running function does not allow the call."""
    invocation = running.get()
    if invocation is None:
        return
    call = _alike(invocation.role.name, operation, params)
    if call in _granted:
        return
    needs = required(service, operation, dict(params), invocation.region, invocation.account)
    for (action, resource), key in product(needs, partition_keys(dict(params))):
        if not invocation.role.allows(action, resource, key):
            raise failure(operation, "AccessDeniedException", 403, Denied=[action, resource])
    if call:
        _granted.add(call)


def _alike(role: str, operation: str, params: Mapping[str, Any]) -> tuple[object, ...]:
    """The same for calls that need the same permissions; () for those that name several things."""
    kinds = {key.partition("#")[0] for key in partition_keys(dict(params))}
    if "TableName" in params:
        return role, operation, params["TableName"], params.get("IndexName"), frozenset(kinds)
    if "Key" in params:
        return role, operation, params["Bucket"], params["Key"], "IfMatch" in params
    if "TransactItems" in params:
        changes = (
            (kind, each["TableName"])
            for put in params["TransactItems"]
            for kind, each in put.items()
        )
        return role, operation, frozenset(changes), frozenset(kinds)
    if "RequestItems" in params:
        return role, operation, *params["RequestItems"]
    return ()

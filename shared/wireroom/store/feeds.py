"""The feeds' rows: the settings of each feed in site.toml, and the state of polling it.

    feed#<id>    feed    config, state, due_pk `due#feed`, due_sk: when it is due next,
                         hosts: those that its last fetch led to,
                         websub: its subscription at a hub

A lease: taking a feed moves its due time into the future, by more than a run may last. If the run
dies, the feed is due again when the lease expires. Saving the state needs the lease's token, so a
run that outlived its lease can't overwrite what a later run saved. The subscription is an attribute
of its own, as a hub calls at any time and takes no lease.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import Conflict, SettingsError
from wireroom.model import Feed, Job, Settings
from wireroom.newsroom.filing import succeed
from wireroom.newsroom.listing import stamp
from wireroom.store.aws import translated
from wireroom.store.items import SETTINGS, Item, batch_get, item, struct
from wireroom.store.jobs import job_item
from wireroom.store.queries import due_key
from wireroom.unforeseen import reason_of
from wireroom.wire.diff import without
from wireroom.wire.http.address import host_of
from wireroom.wire.polling import AT_ONCE, FeedState, first_due
from wireroom.wire.websub import Subscription

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
DUE_AT_ONCE = "0"  # in the index, before every time
FORGET_TRIES = 5


class FeedRow(Struct, frozen=True):
    """`settings`: the version of the settings that were last applied. `lease`: the token of this
    run's lease, or "" if the row was only read. `due`: when the feed is due next, as a key of the
    index."""

    config: Feed
    state: FeedState
    settings: str
    lease: str = ""
    subscription: Subscription | None = None
    due: str = ""


class FeedPage(Struct, frozen=True):
    """Some feeds by id. `unreadable`: id → why its row can't be read. `count`: of all there are."""

    rows: list[FeedRow]
    unreadable: dict[str, str]
    count: int


class Feeds:
    """`client`: a boto3 DynamoDB client."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, limit: int) -> dict[str, frozenset[str]]:
        """At most `limit` feeds that are due at `now`, the longest due first: id → the hosts that
        its last fetch led to. An index read, so it may lag behind the table."""
        return self._index(now, limit)

    def take(self, identity: str, now: datetime, until: datetime) -> FeedRow | None:
        """Lease the feed until `until`. None if another run has leased it, or it was deleted."""
        token = uuid4().hex
        try:
            with translated(f"take feed {identity}"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(identity),
                    UpdateExpression="SET due_sk = :until, lease = :token",
                    ConditionExpression="due_sk <= :now",
                    ExpressionAttributeValues={
                        ":until": {"S": stamp(until)},
                        ":now": {"S": stamp(now)},
                        ":token": {"S": token},
                    },
                    ReturnValues="ALL_NEW",
                )
        except Conflict:
            return None
        return _row(answer["Attributes"], token)

    def save(self, row: FeedRow, state: FeedState, hosts: Collection[str]) -> None:
        """Save the state after a fetch, and end the lease. `hosts`: those that the fetch led to.

        Raises Conflict if the lease had expired and another run has leased the feed, or if `forget`
        or an `apply` ended the lease.
        """
        identity = row.config.id
        with translated(f"save feed {identity}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(identity),
                UpdateExpression="SET #state = :state, due_sk = :due, hosts = :hosts REMOVE lease",
                ConditionExpression="lease = :token",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":state": {"M": item(state)},
                    ":due": {"S": stamp(state.due or NEVER)},
                    ":hosts": {"S": " ".join(sorted(hosts))},
                    ":token": {"S": row.lease},
                },
            )

    def remember(self, row: FeedRow, state: FeedState) -> None:
        """Save `state` without a lease. Raises Conflict if the state in the table is not that of
        `row` any more, or a run has leased the feed, which will save another."""
        identity = row.config.id
        with translated(f"remember pushes of feed {identity}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(identity),
                UpdateExpression="SET #state = :after",
                ConditionExpression="#state = :before AND attribute_not_exists(lease)",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":before": {"M": item(row.state)},
                    ":after": {"M": item(state)},
                },
            )

    def give_back(self, row: FeedRow, hosts: Collection[str]) -> None:
        """End a lease without a fetch, as `hosts` were busy: the feed is due as before. Raises
        Conflict as `save` does."""
        identity = row.config.id
        with translated(f"give feed {identity} back"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(identity),
                UpdateExpression="SET due_sk = :due, hosts = :hosts REMOVE lease",
                ConditionExpression="lease = :token",
                ExpressionAttributeValues={
                    ":hosts": {"S": " ".join(sorted(hosts))},
                    ":due": {"S": stamp(row.state.due) if row.state.due else DUE_AT_ONCE},
                    ":token": {"S": row.lease},
                },
            )

    def get(self, identity: str) -> FeedRow | None:
        """One feed, read consistently and not leased."""
        with translated(f"read feed {identity}"):
            answer = self._client.get_item(
                TableName=self._table, Key=_key(identity), ConsistentRead=True
            )
        return _row(answer["Item"]) if "Item" in answer else None

    def subscribe(self, row: FeedRow, subscription: Subscription) -> FeedRow:
        """Replace the feed's subscription; gives the row with the new one.

        Raises Conflict if the subscription in the table is no longer that of `row`, or the feed was
        deleted.
        """
        identity = row.config.id
        values: Item = {":after": {"M": item(subscription)}}
        if row.subscription is None:
            condition = "attribute_exists(pk) AND attribute_not_exists(websub)"
        else:
            condition = "websub = :before"
            values[":before"] = {"M": item(row.subscription)}
        with translated(f"save subscription of feed {identity}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(identity),
                UpdateExpression="SET websub = :after",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        return replace(row, subscription=subscription)

    def all(self) -> list[FeedRow]:
        """Every feed, by id. Raises SettingsError if a row can't be read."""
        rows, unreadable = self._rows(self._ids())
        if unreadable:
            raise SettingsError(
                [f"feed {name}: its row can't be read: {why}" for name, why in unreadable.items()]
            )
        return rows

    def readable(self) -> list[FeedRow]:
        """Every feed whose row can be read, by id."""
        return self._rows(self._ids())[0]

    def forget(self, identity: str, entries: Collection[str], now: datetime) -> bool:
        """Have the feed fetched at once, and its `entries` (ids) sent as if they were new. A feed
        without a `url` is not fetched; its sender has to send them again.

        Validators and the document's hash are removed too, or the answer would be "unchanged". A
        run that has leased the feed loses its lease, so that it can't save the old memory. False if
        there is no such feed. Raises Conflict if others changed it in each of FORGET_TRIES.
        """
        for _ in range(FORGET_TRIES):
            with translated(f"read feed {identity}"):
                answer = self._client.get_item(
                    TableName=self._table, Key=_key(identity), ConsistentRead=True
                )
            if "Item" not in answer:
                return False
            before, polled = answer["Item"]["state"], bool(_row(answer["Item"]).config.url)
            state = replace(
                struct(before["M"], FeedState),
                etag="",
                last_modified="",
                document_hash="",
                due=now if polled else None,
            )
            state = replace(state, seen=without(state.seen, entries))
            try:
                with translated(f"forget entries of feed {identity}"):
                    self._client.update_item(
                        TableName=self._table,
                        Key=_key(identity),
                        UpdateExpression="SET #state = :state, due_sk = :now REMOVE lease",
                        ConditionExpression="#state = :before",
                        ExpressionAttributeNames={"#state": "state"},
                        ExpressionAttributeValues={
                            ":state": {"M": item(state)},
                            ":before": before,
                            ":now": {"S": stamp(now if polled else NEVER)},
                        },
                    )
            except Conflict:
                continue  # a run has just saved it
            return True
        raise Conflict(f"feed {identity} was changed by others in each of {FORGET_TRIES} tries")

    def fetch_now(self, identity: str, now: datetime) -> bool:
        """Have the feed fetched with the next run of ingest, whatever its due time and even if it
        is stopped. Its validators stay. A run that has leased it goes on. False if there is no such
        feed. One without a `url` is not fetched."""
        moment = stamp(now)
        try:
            with translated(f"fetch feed {identity} now"):
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(identity),
                    UpdateExpression="SET due_sk = :now, #state.#due = :due",
                    ConditionExpression="attribute_not_exists(lease) AND config.#url > :none",
                    ExpressionAttributeNames={"#state": "state", "#due": "due", "#url": "url"},
                    ExpressionAttributeValues={
                        ":now": {"S": moment},
                        ":none": {"S": ""},
                        ":due": {"S": msgspec.to_builtins(now)},
                    },
                )
        except Conflict:
            return self.get(identity) is not None
        return True

    def page(self, size: int, start: int = 0, named: str = "") -> FeedPage:
        """At most `size` feeds by id, from the place `start` on, of those with `named` in their id.
        Two calls for up to 100 feeds."""
        ids = [identity for identity in self._ids() if named in identity]
        rows, unreadable = self._rows(ids[start : start + size])
        return FeedPage(rows, unreadable, len(ids))

    def _ids(self) -> list[str]:
        # `_index` gives a dict: a feed that moves in the index meanwhile may be found twice.
        return sorted(self._index(NEVER, None))

    def _rows(self, ids: Iterable[str]) -> tuple[list[FeedRow], dict[str, str]]:
        """Feeds by id, and why the rows of others can't be read."""
        rows: list[FeedRow] = []
        unreadable: dict[str, str] = {}
        for found in batch_get(self._client, self._table, [*map(_key, ids)], "read feeds"):
            try:
                rows.append(_row(found))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this row's)
                unreadable[found["pk"]["S"].removeprefix("feed#")] = reason_of(error)
        return sorted(rows, key=lambda row: row.config.id), dict(sorted(unreadable.items()))

    def apply(
        self, settings: Settings, feeds: Iterable[Feed], job: Job, *, at_once: bool = False
    ) -> str:
        """Write the settings and feeds of site.toml to the table, and start `job`, which files
        every article by the new settings and renders every page again.

        Gives the version of the new settings: a short hash of their content.

        A feed keeps its state, also under a new id. A feed whose `url` or `identity` changed starts
        from an empty state, like a new one. New feeds are due at once; many, unless `at_once`, one
        after the other; those without a `url` never. Feeds that site.toml no longer names are
        deleted; their articles stay. Raises SettingsError if the settings contradict what has been
        published.
        """
        feeds = tuple(feeds)
        existing = {row.config.id: row for row in self.all()}
        settings = self._planned(settings, feeds, existing)
        wanted = {feed.id: feed for feed in feeds}
        renamed = _renamed(existing, feeds)
        new = [
            identity
            for identity, feed in wanted.items()
            if (row := existing.get(identity) or renamed.get(identity)) is None
            or _source(row.config) != _source(feed)
        ]
        few = at_once or len(new) <= AT_ONCE
        dues = {
            identity: DUE_AT_ONCE if few else stamp(first_due(job.requested, place, len(new)))
            for place, identity in enumerate(new)
        }
        dues |= {identity: stamp(NEVER) for identity in new if not wanted[identity].url}
        for identity, feed in wanted.items():
            row = existing.get(identity)
            due = dues.get(identity, "")
            before = renamed.get(identity)
            if before and not due:
                self._configure(feed, settings.version, before.due, before.state)
            elif due or row is None or (row.config, row.settings) != (feed, settings.version):
                self._configure(feed, settings.version, due)
        for identity in existing.keys() - wanted.keys():
            with translated(f"delete feed {identity}"):
                self._client.delete_item(TableName=self._table, Key=_key(identity))
        job = replace(job, phase="file")
        puts = [item(settings, pk="settings", sk="settings"), job_item(job)]
        with translated("apply settings"):
            self._client.transact_write_items(
                TransactItems=[{"Put": {"TableName": self._table, "Item": put}} for put in puts]
            )
        return settings.version

    def plan(self, settings: Settings, feeds: Iterable[Feed]) -> Settings:
        """The settings that `apply` would write. Raises SettingsError where it would refuse."""
        return self._planned(settings, tuple(feeds), {row.config.id: row for row in self.all()})

    def _planned(
        self, settings: Settings, feeds: tuple[Feed, ...], existing: Mapping[str, FeedRow]
    ) -> Settings:
        _refuse_providers(existing, feeds)
        settings = succeed(self._settings(), settings, feeds)
        sections = {*settings.former, *(category.slug for category in settings.categories)}
        taken = sorted(sections & set(settings.pages))
        if taken:
            where = "is the address of a section, or was"
            raise SettingsError([f"theme/pages/{slug}.md: /{slug}/ {where}" for slug in taken])
        return replace(settings, version=_version(settings))

    def _settings(self) -> Settings | None:
        with translated("read settings"):
            answer = self._client.get_item(TableName=self._table, Key=SETTINGS, ConsistentRead=True)
        return struct(answer["Item"], Settings) if "Item" in answer else None

    def _configure(
        self,
        feed: Feed,
        settings: str,
        due: str,
        state: FeedState = FeedState(),  # noqa: B008
    ) -> None:
        """Write a feed's settings. With `due` (a key of the index), its state as well: it is then
        due at that time, with `state`, no lease and no subscription."""
        changes = "SET config = :config, settings = :settings"
        names: dict[str, Any] = {}
        values: Item = {":config": {"M": item(feed)}, ":settings": {"S": settings}}
        if due:
            changes += ", #state = :state, due_pk = :pk, due_sk = :due, hosts = :hosts"
            changes += " REMOVE lease, websub"
            names = {"ExpressionAttributeNames": {"#state": "state"}}
            values |= {
                ":state": {"M": item(state)},
                ":pk": {"S": due_key("feed")},
                ":due": {"S": due},
                ":hosts": {"S": host_of(feed.url)},
            }
        with translated(f"configure feed {feed.id}"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(feed.id),
                UpdateExpression=changes,
                ExpressionAttributeValues=values,
                **names,
            )

    def _index(self, now: datetime, limit: int | None) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        more: dict[str, Any] = {"Limit": limit} if limit else {}
        while True:
            with translated("look for due feeds"):
                answer = self._client.query(
                    TableName=self._table,
                    IndexName="due",
                    KeyConditionExpression="due_pk = :pk AND due_sk <= :now",
                    ExpressionAttributeValues={
                        ":pk": {"S": due_key("feed")},
                        ":now": {"S": stamp(now)},
                    },
                    **more,
                )
            for row in answer["Items"]:
                hosts = row.get("hosts", {"S": ""})["S"]
                found[row["pk"]["S"].removeprefix("feed#")] = frozenset(hosts.split())
            if limit or "LastEvaluatedKey" not in answer:
                return found
            more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _renamed(existing: Mapping[str, FeedRow], feeds: Iterable[Feed]) -> dict[str, FeedRow]:
    """The new id of each renamed feed → its row under the old id."""
    return {
        feed.id: existing[name]
        for feed in feeds
        if feed.id not in existing
        for name in feed.was
        if name in existing
    }


def _refuse_providers(existing: Mapping[str, FeedRow], feeds: Iterable[Feed]) -> None:
    """Raises SettingsError if a feed gets another provider: an article's id contains the provider,
    so each story would come a second time."""
    at = {row.config.url: row for row in existing.values() if row.config.url}
    problems = []
    for feed in feeds:
        rows = (existing.get(feed.id), at.get(feed.url), *map(existing.get, feed.was))
        others = [row.config for row in rows if row and row.config.provider != feed.provider]
        if others:
            provider = others[0].provider
            problems.append(
                f"feeds: the provider of {feed.id} is {feed.provider!r} and was {provider!r}: its"
                f" stories would come a second time; expected {provider!r}, which readers never"
                " see (`source` names the agency). If they are to come again, apply once without"
                " the feed first"
            )
    if problems:
        raise SettingsError(problems)


def _source(feed: Feed) -> tuple[str, str]:
    """If this changes, the feed starts from an empty state."""
    return feed.url, feed.identity


def _version(settings: Settings) -> str:
    content = msgspec.json.encode(replace(settings, version=""))
    return blake2b(content, digest_size=8).hexdigest()


def _row(row: Item, lease: str = "") -> FeedRow:
    return FeedRow(
        struct(row["config"]["M"], Feed),
        struct(row["state"]["M"], FeedState),
        row["settings"]["S"],
        lease,
        struct(row["websub"]["M"], Subscription) if "websub" in row else None,
        row["due_sk"]["S"],
    )


def _key(identity: str) -> Item:
    return {"pk": {"S": f"feed#{identity}"}, "sk": {"S": "feed"}}

"""Tests of the harness: runs can be repeated, and its cloud answers as moto does."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import botocore.client
import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

from tests.conftest import START, SharedStack
from tests.parity.comparison import places
from tests.simulation.cdn import Gone
from tests.simulation.chance import run
from tests.simulation.cloud import Cloud, Message
from tests.simulation.faults import reads
from tests.simulation.newsroom import Newsroom, Spoiling
from tests.simulation.prepared import KINDS, Prepared
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from tests.simulation.state import States
from tests.simulation.truth import EditorsEvent, identity
from wireroom_infra.embedded import moto_gaps

_CHANCE = re.compile(r"T\d\d:[\d:.]+(?:Z|\+00:00)|[0-9a-f]{32}")
ROOT = Path(__file__).parents[2]


def test_a_seed_gives_the_same_run_to_the_byte(stage: Stage) -> None:
    for seed in (1, 2, 3):
        first, again = (run(stage, seed, traced=True).story for _ in range(2))
        assert first == again


def test_a_seed_gives_the_same_run_in_another_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "simulate", "5"],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": order,
                "PYTHONPATH": os.pathsep.join(("shared", "infra", "functions/desk", ".")),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for order in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(told[0].splitlines()) > 100


def test_a_crash_point_gives_the_same_run_each_time(stage: Stage) -> None:
    prepared = Prepared(stage, SCENARIOS[1])
    first = prepared.calm()
    again = prepared.calm()
    assert str(first.simulation.trace) == str(again.simulation.trace)


@pytest.mark.parametrize("name", ["first story", "republish one article"])
def test_a_fault_that_is_left_out_comes_to_what_another_comes_to(stage: Stage, name: str) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == name))
    tried = set(prepared.points)
    calm = _left(prepared.calm())
    left_out = 0
    for number, made in enumerate(prepared.made):
        operation = made.operation
        for kind in set(KINDS) - {kind for at, kind in tried if at == number}:
            left_out += 1
            found = _left(prepared.strike(number, kind)[0])
            if kind == "again":
                assert found == calm, f"{operation}, call {number}"
                continue
            same_as = {"die-before": "die-before", "die-after": "die-before", "partly": "refused"}
            at = number - (kind == "die-before")
            assert found == _left(prepared.strike(at, same_as[kind])[0]), (
                f"{kind} {operation}, {number}"
            )
    assert left_out > 50


def test_a_sleep_that_is_left_out_comes_to_what_the_one_before_comes_to(stage: Stage) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == "headline"))
    for number, kind in prepared.points:
        if kind.startswith("sleep"):
            assert not prepared.crash(number, kind)
    assert len(prepared.alike) > 20
    for number, kind in prepared.alike:
        found = _left(prepared.strike(number, kind)[0])
        assert found == _left(prepared.strike(number - 1, kind)[0]), f"{kind}, call {number}"


def test_a_sleep_after_a_read_of_what_changes_in_the_sleep_is_not_left_out(stage: Stage) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == "headline"))
    for number, kind in prepared.points:
        if kind == "sleep-other":
            assert not prepared.crash(number, kind)
    home = (stage.site, "index.html")  # a kill of another story on it changes it
    made = prepared.made
    after = [
        number
        for number, call in enumerate(made[1:], 1)
        if home in (reads(made[number - 1]) or ())
        and (made[number - 1].invocation, made[number - 1].asked) == (call.invocation, call.asked)
    ]
    assert after
    assert not {(number, "sleep-other") for number in after} & prepared.alike


def test_a_run_that_is_cut_short_would_have_ended_as_another_did(stage: Stage) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == "hold"))
    ends, cut = [], []
    for number, kind in prepared.points:
        newsroom, problems = prepared.part(number, kind)
        assert not problems
        if (number, kind) in prepared.cut:
            cut.append(_left(prepared.strike(number, kind)[0]))
        else:
            ends.append(_left(newsroom))
    assert len(cut) > len(ends) > 10
    assert [end for end in cut if end not in ends] == []


def test_a_run_that_begins_later_ends_as_the_whole_of_it_does(stage: Stage) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == "pin"))
    for number, kind in prepared.points[::4]:
        prepared.forget()
        found, problems = prepared.part(number, kind)
        whole, others = prepared.strike(number, kind)
        assert (number, kind) not in prepared.cut
        assert (_left(found), problems) == (_left(whole), others)


def _spoil(newsroom: Newsroom, how: Spoiling = "garbage") -> None:
    newsroom.spoil("index.html", how)


def _row(newsroom: Newsroom) -> dict[str, Any]:
    return newsroom.simulation.cloud.table[f"article#{identity(1)}"]


def _message(newsroom: Newsroom) -> Message:
    cloud, stage = newsroom.simulation.cloud, newsroom.simulation.stage
    return cloud.send(stage.queues["EditQueue"], "the same text")


DIFFERENCES: dict[str, Callable[[Newsroom], object]] = {
    "a row": lambda n: _row(n).update(article=_row(n)["article"] | {"more": {"S": ""}}),
    "a row that is gone": lambda n: _row(n).pop("article"),
    "a page": _spoil,
    "a page that is gone": lambda n: _spoil(n, "gone"),
    "what readers were shown": lambda n: n.simulation.watch.versions.popitem(),
    "what is hidden from readers": lambda n: n.simulation.watch.hidden.pop(),
    "what the edges of the CDN hold": lambda n: setattr(n.simulation.cloud, "copies", ()),
    "when a story left the site": lambda n: n.simulation.watch.left.update(a=Gone(START, ())),
    "a message": _message,
    "how often a message came": lambda n: setattr(_message(n), "receives", 1),
    "when a message can be received": lambda n: setattr(
        _message(n), "visible", datetime(2026, 3, 1, tzinfo=UTC)
    ),
    "the time": lambda n: n.simulation.clock.advance(1),
    "a record of the stream": lambda n: n.simulation.shards[0].waiting.append(
        n.simulation.cloud.records[-1]
    ),
    "work on pictures": lambda n: n.simulation.picture_shards[0].waiting.append(
        n.simulation.cloud.records[-1]
    ),
    "a picture of the agency": lambda n: n.picture("new"),
    "a container": lambda n: n.simulation._idle["RenderFunction"].clear(),
    "what the agency shows": lambda n: n.send(2, 1),
    "what the agency has sent": lambda n: n.simulation.truth.served.clear(),
    "what an editor decided": lambda n: n.simulation.truth.events.update(
        e9=EditorsEvent(id="e9", story=1, at=START, action="hold")
    ),
    "what must be refused": lambda n: n.refused.update(e9=("colour", True)),
    "how far it has settled": lambda n: setattr(n.simulation, "settling", (1, START)),
}


def test_whatever_decides_how_a_run_goes_on_makes_another_state(stage: Stage) -> None:
    newsroom = Newsroom(Simulation(stage, "states"))
    newsroom.open()
    newsroom.send(1, 1)
    newsroom.pull()
    newsroom.simulation.drain()
    newsroom = newsroom.snapshot()

    def state(change: Callable[[Newsroom], object] = lambda _: None) -> bytes:
        changed = newsroom.snapshot()
        changed.simulation.moment = newsroom.simulation.moment
        changed.simulation.resume()
        change(changed)
        return States().of(changed)

    assert state() == state()
    assert state(lambda n: n.simulation.trace.say(START, "")) == state()
    assert state(_rendered_again) == state()
    assert state(lambda n: _written_later(n, "index.html")) == state()
    assert state(lambda n: _written_later(n, _article_page(n))) != state()
    states = {name: state(change) for name, change in DIFFERENCES.items()}
    assert [name for name, found in states.items() if found == state()] == []
    numbered = state(lambda n: setattr(n.simulation.cloud, "messages_sent", 7) or _message(n))
    assert numbered == states["a message"]


def _article_page(newsroom: Newsroom) -> str:
    (key,) = newsroom.simulation.watch.addresses
    return key


def _written_later(newsroom: Newsroom, key: str) -> None:
    simulation = newsroom.simulation
    objects = simulation.cloud.objects[simulation.stage.site]
    objects[key] = replace(objects[key], at=START)


def _rendered_again(newsroom: Newsroom) -> None:
    """Every page is there as it was, with another render id."""
    simulation = newsroom.simulation
    objects = simulation.cloud.objects[simulation.stage.site]
    for key, held in objects.items():
        body = re.sub(rb"(?<=render )[0-9a-f]{32}", b"0" * 32, held.body)
        objects[key] = replace(held, body=body, etag=f'"{key}"')


def _left(newsroom: Newsroom) -> Any:
    """All that is there in the end, but for times of the day and ids, which chance decides."""
    cloud = newsroom.simulation.cloud
    rows = [str(row) for held in cloud.table.values() for row in held.values()]
    pages = [
        f"{key} {held.body!r}" for there in cloud.objects.values() for key, held in there.items()
    ]
    messages = [message.body for held in cloud.queues.values() for message in held]
    found = sorted(_CHANCE.sub("…", each) for each in (*rows, *pages, *messages))
    return found, newsroom.simulation.problems


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_the_simulated_cloud_answers_as_moto_does(shared_stack: SharedStack, seed: int) -> None:
    aws = shared_stack.start()
    aws.reset()
    aws.client("s3").create_bucket(
        Bucket="rebuilt", CreateBucketConfiguration={"LocationConstraint": aws.region}
    )
    compared = _Compared({name: aws.client(name) for name in ("s3", "dynamodb")})
    try:
        with pytest.MonkeyPatch.context() as patched, Stage(aws) as stage:
            patched.setattr(Cloud, "answer", compared.answer)
            patched.setattr(Simulation, "_lag", lambda _: 0)
            patched.setattr(Simulation, "_cut", lambda _: 0)
            assert not run(stage, seed).problems
    finally:
        moto_gaps.empty()
        aws.client("s3").delete_bucket(Bucket="rebuilt")
    assert compared.calls > 100
    assert compared.differing[:5] == []


class _Compared:
    """Makes each call to the simulation's cloud and to moto, and compares the answers."""

    def __init__(self, clients: dict[str, Any]) -> None:
        real, cloud_answer = botocore.client.BaseClient._make_api_call, Cloud.answer
        self.calls = 0
        self.differing: list[str] = []

        def answer(cloud: Cloud, service: str, operation: str, params: Any) -> Any:
            if service not in clients:
                return cloud_answer(cloud, service, operation, params)
            order = places(partial(real, clients["dynamodb"]), operation, params)
            wanted = _told(operation, _tried(real, clients[service], operation, dict(params)))
            with patch.object(cloud, "place", order.__getitem__):
                found = _tried(cloud_answer, cloud, service, operation, params)
            self.calls += 1
            if (told := _told(operation, found)) != wanted:
                self.differing.append(f"{operation} {params}: {told}, but moto {wanted}")
            if isinstance(found, Exception):
                raise found
            return found

        self.answer = answer


def _tried(call: Any, *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except ClientError as error:
        return error


def _told(operation: str, answer: Any) -> Any:
    """The part of an answer that Wireroom may look at, in a form that can be compared."""
    if isinstance(answer, ClientError):
        reasons = [each["Code"] for each in answer.response.get("CancellationReasons", [])]
        status = answer.response["ResponseMetadata"]["HTTPStatusCode"]
        return answer.response["Error"]["Code"], status, reasons
    told = {name: answer.get(name) for name in ("ETag", "Item", "Attributes", "Items")}
    if operation == "Scan":  # in the order of the partitions' hashes, which is each AWS's own
        told["Items"] = sorted(map(str, answer["Items"]))
    if "Responses" in answer:
        told["Responses"] = {
            table: sorted(map(str, rows)) for table, rows in answer["Responses"].items()
        }
    if operation == "ListObjectsV2":
        told["Keys"] = [row["Key"] for row in answer.get("Contents", [])], answer["IsTruncated"]
    if operation == "GetObject":
        data = answer["Body"].read()
        told["Body"], told["Metadata"] = data, answer["Metadata"]
        answer["Body"] = io.BytesIO(data)
    if operation == "Query" and "Items" not in answer:
        told["Count"] = answer["Count"]
    return told

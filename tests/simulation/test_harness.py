"""Tests of the harness: runs can be repeated, and its cloud answers as moto does."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import botocore.client
import pytest
from botocore.exceptions import ClientError

from tests.conftest import SharedStack
from tests.parity.comparison import places
from tests.simulation.chance import run
from tests.simulation.cloud import Cloud
from tests.simulation.newsroom import Newsroom
from tests.simulation.scenarios import KINDS, SCENARIOS, Prepared
from tests.simulation.simulation import Simulation
from tests.simulation.stage import Stage
from wireroom_infra.embedded import moto_gaps

_CHANCE = re.compile(r"T\d\d:[\d:.]+(?:Z|\+00:00)|[0-9a-f]{32}")
ROOT = Path(__file__).parents[2]


def test_a_seed_gives_the_same_run_to_the_byte(stage: Stage) -> None:
    for seed in (1, 2, 3):
        assert run(stage, seed).story == run(stage, seed).story


def test_a_seed_gives_the_same_run_in_another_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "simulate", "5"],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": order,
                "PYTHONPATH": os.pathsep.join(("shared", "infra", ".")),
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
    first, _ = prepared.play(None)
    again, _ = prepared.play(None)
    assert str(first.simulation.trace) == str(again.simulation.trace)


@pytest.mark.parametrize("name", ["first story", "republish one article"])
def test_a_fault_that_is_left_out_comes_to_what_another_comes_to(stage: Stage, name: str) -> None:
    prepared = Prepared(stage, next(each for each in SCENARIOS if each.name == name))
    tried = set(prepared.points)
    calm = _left(prepared.play(None)[0])
    left_out = 0
    for number, (operation, _) in enumerate(prepared.made):
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
        told["Body"] = data
        answer["Body"] = io.BytesIO(data)
    if operation == "Query" and "Items" not in answer:
        told["Count"] = answer["Count"]
    return told

"""What readers are answered with, at the edge and on this machine alike: one table of cases for
both. Redirects keep the query."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.world import empty_site, entry, prepared
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.embedded.deploy import translate
from wireroom_infra.local.site import answer

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
NODE = shutil.which("node")

# What was asked for → what the Location keeps of it.
QUERIES = {
    "": "",
    "utm_source=x": "?utm_source=x",
    "a=1&b=2&a=3": "?a=1&a=3&b=2",
    "a=1&a=1": "?a=1&a=1",
    "flag": "?flag",
    "a=&b=1": "?a&b=1",
    "a=b=c": "?a=b=c",
    "q=%E0%A4%AD&r=a%20b+c": "?q=%E0%A4%AD&r=a%20b+c",
    "q=भारत": "?q=%E0%A4%AD%E0%A4%BE%E0%A4%B0%E0%A4%A4",
    "q=100%&r=%zz": "?q=100%25&r=%25zz",
    "u=https://evil.example/?x=1": "?u=https://evil.example/?x=1",
    "x=a\r\nSet-Cookie: b=1": "?x=a%0D%0ASet-Cookie:%20b=1",
    "x=%0d%0aSet-Cookie:b": "?x=%0d%0aSet-Cookie:b",
    "x=<script>\"'\\": "?x=%3Cscript%3E%22'%5C",
    "a[]=1&a[]=2#part": "?a%5B%5D=1&a%5B%5D=2%23part",
}
PATHS = {
    "/2026/02/11/slug": "/2026/02/11/slug/",
    "//evil.example/a": "/evil.example/a/",
    "/\\evil.example/a": "/evil.example/a/",
}
# (The status of the object's metadata, where the object says that its page moved to) → the answer.
STATUSES = {
    ("", ""): (200, ""),
    ("410", ""): (410, ""),
    ("404", ""): (404, ""),
    ("", "/2026/02/11/new/"): (301, "/2026/02/11/new/"),
    ("410", "/2026/02/11/new/"): (301, "/2026/02/11/new/"),
    ("500", ""): (200, ""),
    ("301", ""): (200, ""),
    ("gone", ""): (200, ""),
    ("constructor", ""): (200, ""),
    ("0410", ""): (200, ""),
}
MOVED = ["//evil.example/", "/\\evil.example/", "https://evil.example/"]


def event(
    path: str, query: str, moved: str = "", status: str = "", answered: int = 200
) -> dict[str, Any]:
    """As CloudFront gives it to a function: the values of a name together.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
    """
    values: dict[str, list[dict[str, str]]] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append({"value": value})
    asked = {
        name: found[0] | ({"multiValue": found} if len(found) > 1 else {})
        for name, found in values.items()
    }
    headers = {"x-amz-website-redirect-location": {"value": moved}} if moved else {}
    headers |= {"x-amz-meta-status": {"value": status}} if status else {}
    return {
        "request": {"method": "GET", "uri": path, "querystring": asked, "headers": {}},
        "response": {"statusCode": answered, "headers": headers},
    }


def edge(name: str, events: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(status, Location) for each event, from the code of a function of the template."""
    return [
        (found["statusCode"], found["headers"].get("location", {}).get("value", ""))
        for found in ran(name, events)
    ]


def ran(name: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a function of the template makes of each event."""
    if NODE is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed, so CloudFront's functions can't be run")
        pytest.skip("node is not installed, so CloudFront's functions can't be run")
    resources = json.loads(translate(TEMPLATE).body)["Resources"]
    code = resources[name]["Properties"]["FunctionCode"]
    script = (
        f"{code}\nconst all = {json.dumps(events)};console.log(JSON.stringify(all.map(handler)))"
    )
    told = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True).stdout
    answers: list[dict[str, Any]] = json.loads(told)
    return answers


def local(aws: EmbeddedAWS, path: str, query: str) -> tuple[int, str]:
    found = answer(aws.client("s3"), aws.outputs["SiteBucket"], path, query=query)
    return found.status, found.headers.get("Location", "")


def put(aws: EmbeddedAWS, moved: str, status: str = "") -> None:
    aws.client("s3").put_object(
        Bucket=aws.outputs["SiteBucket"],
        Key="2026/02/11/old/index.html",
        Body=b"moved",
        ContentType="text/html",
        **({"WebsiteRedirectLocation": moved} if moved else {}),
        **({"Metadata": {"status": status}} if status else {}),
    )


SLASHES = [(p, q, to + kept) for p, to in PATHS.items() for q, kept in QUERIES.items()]


def test_an_address_without_its_slash_keeps_its_query_here(aws: EmbeddedAWS) -> None:
    for path, query, location in SLASHES:
        assert local(aws, path, query) == (301, location)


def test_an_address_without_its_slash_keeps_its_query_at_the_edge() -> None:
    found = edge("AddressFunction", [event(path, query) for path, query, _ in SLASHES])
    assert found == [(301, location) for _, _, location in SLASHES]


def test_a_moved_page_keeps_the_query_here(aws: EmbeddedAWS) -> None:
    put(aws, "/2026/02/11/new/")
    for query, kept in QUERIES.items():
        assert local(aws, "/2026/02/11/old/", query) == (301, f"/2026/02/11/new/{kept}")


def test_a_moved_page_keeps_the_query_at_the_edge() -> None:
    events = [event("/old/", query, "/2026/02/11/new/") for query in QUERIES]
    found = edge("MovedFunction", events)
    assert found == [(301, f"/2026/02/11/new/{kept}") for kept in QUERIES.values()]


@pytest.mark.parametrize("moved", MOVED)
def test_no_redirect_leads_to_another_host_here(aws: EmbeddedAWS, moved: str) -> None:
    try:
        put(aws, moved)
    except aws.client("s3").exceptions.ClientError:
        return  # S3 itself does not take it
    assert local(aws, "/2026/02/11/old/", "a=1") == (200, "")


def test_no_redirect_leads_to_another_host_at_the_edge() -> None:
    found = edge("MovedFunction", [event("/old/", "a=1", moved) for moved in MOVED])
    assert found == [(200, "")] * len(MOVED)


# --- pages that are gone ------------------------------------------------------------------------


def test_a_page_is_answered_with_the_status_of_its_object_here(aws: EmbeddedAWS) -> None:
    for (status, moved), wanted in STATUSES.items():
        put(aws, moved, status)
        assert local(aws, "/2026/02/11/old/", "") == wanted, status


def test_a_page_is_answered_with_the_status_of_its_object_at_the_edge() -> None:
    events = [event("/old/", "", moved, status) for status, moved in STATUSES]
    assert edge("MovedFunction", events) == list(STATUSES.values())
    for found in ran("MovedFunction", events):
        assert "x-amz-meta-status" not in found["headers"]


def test_what_a_reader_has_already_is_not_answered_anew_at_the_edge() -> None:
    events = [event("/old/", "", status="410", answered=304)]
    assert edge("MovedFunction", events) == [(304, "")]


def test_an_address_that_never_was_is_answered_with_404_here_and_at_the_edge(
    aws: EmbeddedAWS,
) -> None:
    assert local(aws, "/2026/02/11/never/", "") == (404, "")
    resources = json.loads(translate(TEMPLATE).body)["Resources"]
    config = resources["Distribution"]["Properties"]["DistributionConfig"]
    answers = {each["ErrorCode"]: each["ResponseCode"] for each in config["CustomErrorResponses"]}
    assert answers == {403: 404, 404: 404}, "S3 says 403 to who may not list the bucket"


@pytest.mark.parametrize(
    ("action", "detail", "status"),
    [
        ("kill", {"reason": "legal"}, 410),
        ("schedule", {"expire_at": "2026-02-11T08:00:00Z"}, 410),
        ("hold", {}, 404),
        ("schedule", {"publish_at": "2027-01-01T00:00:00Z"}, 404),
    ],
)
def test_each_address_of_a_story_says_whether_it_may_come_back(
    aws: EmbeddedAWS, action: str, detail: dict[str, Any], status: int
) -> None:
    world = prepared(aws, empty_site)
    world.publish(entry(1))
    first = world.article("1").path
    world.edit("headline", article="ptn:1", slug="moved")
    second = world.article("1").path
    assert (local(aws, first, ""), local(aws, second, "")) == ((301, second), (200, ""))
    world.edit(action, article="ptn:1", **detail)
    for path in (first, second):
        found = answer(aws.client("s3"), aws.outputs["SiteBucket"], path)
        assert (found.status, b"noindex" in found.body) == (status, True)
    undo = {"kill": "reinstate", "hold": "release", "schedule": "schedule"}[action]
    world.edit(undo, article="ptn:1", **dict.fromkeys(detail) if undo == action else {})
    assert (local(aws, first, ""), local(aws, second, "")) == ((301, second), (200, ""))


def test_the_page_for_addresses_that_never_were_is_no_page_itself(aws: EmbeddedAWS) -> None:
    prepared(aws, empty_site)
    assert local(aws, "/404.html", "") == (404, "")

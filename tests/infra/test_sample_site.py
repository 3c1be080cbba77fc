"""The sample wire through the whole pipeline: what its editions do to the site."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from wireroom.newsroom.jobs import everything
from wireroom.settings.site_toml import read
from wireroom_infra.embedded import EmbeddedAWS, VirtualClock
from wireroom_infra.local.site import answer
from wireroom_infra.local.stack import feeds_of, one_pass
from wireroom_infra.project import SAMPLE
from wireroom_infra.sample.server import sample_wire
from wireroom_infra.sample.wire import EVERY, WRITTEN, versions

pytestmark = pytest.mark.slow  # left out of `make check`

KILLED = "Survey says nine in ten homes in Malavi have piped water"


def page(aws: EmbeddedAWS, path: str) -> str:
    return answer(aws.client("s3"), aws.outputs["SiteBucket"], path).body.decode()


def addresses(aws: EmbeddedAWS) -> set[str]:
    """The addresses of all article pages in the site bucket."""
    pages = aws.client("s3").get_paginator("list_objects_v2")
    keys = {
        item["Key"]
        for found in pages.paginate(Bucket=aws.outputs["SiteBucket"])
        for item in found["Contents"]
    }
    return {
        f"/{key[:-10]}" for key in keys if re.fullmatch(r"\d{4}(/\d\d){2}/[^/]+/index.html", key)
    }


def test_every_story_of_every_edition_is_published_updated_or_killed(aws: EmbeddedAWS) -> None:
    start = aws.clock.now()
    with sample_wire(0, start) as wire:
        text = (SAMPLE / "site.toml").read_text("utf-8")
        found = read(text.replace("127.0.0.1:8081", wire.removeprefix("http://")))
        feeds_of(aws).apply(found.settings, found.feeds, everything("apply", aws.clock.now()))
        one_pass(aws, str)
        first = addresses(aws)
        assert len(first) == len(versions(start, 0))
        killed = next(address for address in first if "survey-says" in address)
        ferry = next(address for address in first if "ferry-services-halted" in address)
        assert "Ferry services halted" in page(aws, ferry)
        assert KILLED in page(aws, "/india/") or KILLED in page(aws, "/")
        assert isinstance(aws.clock, VirtualClock)
        for _ in range(WRITTEN):
            aws.clock.advance(EVERY / timedelta(seconds=1))
            one_pass(aws, str)
    assert aws.dead_letters() == []
    assert aws.failures == []
    assert len(addresses(aws)) == len(versions(start, WRITTEN))
    assert "Port Amrita ferries running again" in page(aws, ferry), "same address, new headline"
    for path in (killed, "/", "/india/", "/feed.xml", "/fragments/latest.html"):
        assert KILLED not in page(aws, path), path

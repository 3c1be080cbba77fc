"""Each role grants what its function calls, and nothing more."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pictures.drawing import drawn, written
from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.test_hub import LINKS, Hub
from tests.pipeline.world import FEED, SETTINGS
from wireroom import clock
from wireroom.errors import PageFailed
from wireroom.site import build
from wireroom_infra.embedded.moto_gaps import cloudfront
from wireroom_infra.local.loopback import Answer, serving

# What Lambda itself does in the function's name; the embedded AWS demands these when it deploys.
OF_LAMBDA = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}


def a_full_day(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that ever happens in a newsroom, once."""
    large = item(2, body="A long story. " * 30_000)
    newsroom.wire.documents["/top.xml"] = rss(item(1), large, item(3, title="", body=""))
    newsroom.subscribe("top")
    newsroom.pull()
    newsroom.send_raw("nonsense")
    newsroom.wire.documents["/top.xml"] = rss(item(1, body="Better."), item(4))
    newsroom.pull(10)
    newsroom.wire.documents["/top.xml"] = rss(item(4, title="KILL: Story {}"))
    newsroom.pull(10)
    assert newsroom.article("4").state == "killed"
    path = newsroom.article("1").path
    newsroom.edit("correct", article=path, body="<p>Right.</p>", correction="Wrong before.")
    newsroom.edit("categorise", article="ptn:1", set=["sport"])
    newsroom.edit("hold", article="ptn:nobody")
    newsroom.edit("republish", page=path)
    newsroom.edit("republish", everything=True)
    newsroom.edit(
        "schedule", article="ptn:1", expire_at=(clock.now() + timedelta(minutes=2)).isoformat()
    )
    newsroom.pull(3)
    newsroom.aws.tick()
    newsroom.aws.invoke("SweepFunction", {})
    newsroom.aws.drain()
    with monkeypatch.context() as patch:
        patch.setattr(cloudfront, "WILDCARDS", 0)
        newsroom.edit("republish", page=path)
    newsroom.aws.invoke("PurgeFunction", {})  # it sends that purge
    a_day_of_pictures(newsroom)
    a_day_of_hubs_and_private_feeds(newsroom)
    with monkeypatch.context() as patch:

        def broken(*_: object) -> str:
            raise PageFailed("/", "the template is broken")

        patch.setattr(build, "front", broken)
        newsroom.edit("republish", page="/")


def a_day_of_pictures(newsroom: Newsroom) -> None:
    picture = f'<enclosure url="{newsroom.wire.address}/p.png" type="image/png" length="1"/>'
    newsroom.wire.documents |= {
        "/pictured.xml": rss(*(item(number, date=picture) for number in (10, 11))),
        "/p.png": Answer(body=written(drawn(40, 30), "PNG")),
    }
    newsroom.subscribe("pictured", pictures="store")
    newsroom.pull()
    newsroom.aws.invoke("PicturesFunction", {})
    for number in (10, 11):
        assert newsroom.article(str(number)).pictures
        newsroom.edit("kill", article=f"ptn:{number}", reason="legal")


def a_day_of_hubs_and_private_feeds(newsroom: Newsroom) -> None:
    aws, token = newsroom.aws, json.dumps({"type": "bearer", "token": "t"})
    aws.client("secretsmanager").create_secret(Name="wireroom/a", SecretString=token)
    aws.client("ssm").put_parameter(Name="/wireroom/b", Value=token, Type="SecureString")
    hub = Hub(aws)
    with serving(hub.respond) as hub.address:
        links = LINKS.format(hub=hub.address, topic=f"{newsroom.wire.address}/pushed.xml")
        newsroom.wire.documents |= {
            "/pushed.xml": rss(links, item(5)),
            "/a.xml": rss(item(6)),
            "/b.xml": rss(item(7)),
        }
        site = newsroom.table.read([]).settings.site
        hosts = (*site.internal_hosts, hub.address.removeprefix("http://"))
        feeds = [
            replace(FEED, id=name, url=f"{newsroom.wire.address}/{name}.xml", secret=secret)
            for name, secret in (("pushed", ""), ("a", "wireroom/a"), ("b", "ssm:/wireroom/b"))
        ]
        settings = replace(SETTINGS, site=replace(site, internal_hosts=hosts))
        newsroom.apply(settings, tuple(feeds))
        newsroom.pull()
        assert set(newsroom.states().values()) == {"ok"}
        large = item(8, body="A long story. " * 30_000)
        hub.deliver(rss(large, item(9, body="word " * 1_000_000)))
        newsroom.aws.drain()
        newsroom.apply(replace(settings, categories=()), tuple(feeds))  # out of all sections


def test_no_function_may_do_what_it_never_does(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_full_day(newsroom, monkeypatch)
    assert newsroom.aws.failures == []
    queues = {letter.queue for letter in newsroom.aws.dead_letters()}
    assert queues == {"WireDeadLetters", "EditDeadLetters", "RenderDeadLetters"}
    unused = [
        (name, action, resource)
        for name in newsroom.aws.functions
        for action, resource in newsroom.aws.unused_grants(name)
        if action not in OF_LAMBDA | ({"sqs:SendMessage"} if name == "PicturesFunction" else set())
    ]
    assert unused == []

"""Each role grants what its function calls, and nothing more."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.conftest import SharedStack
from tests.desk.browser import Browser, settings
from tests.desk.issuer import Issuer
from tests.desk.test_settings import apply, form_of, shown
from tests.pictures.drawing import drawn, written
from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.test_hub import LINKS, Hub
from tests.pipeline.test_long_bodies import long_body
from tests.pipeline.test_push import (
    PICTURE,
    PUSHED,
    TOKEN,
    Pushed,
    is_there,
    keep_secret,
    send_picture,
)
from tests.pipeline.test_takes import FIRST, LEAD
from tests.pipeline.world import FEED, SETTINGS
from wireroom import clock
from wireroom.errors import PageFailed
from wireroom.site import build, looks
from wireroom.site.theme import Theme
from wireroom.store.bodies import Bodies
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
    for document in (LEAD, FIRST):  # a take that comes after its lead
        newsroom.wire.documents["/top.xml"] = document
        newsroom.pull(10)
    newsroom.wire.documents["/top.xml"] = rss(item(4, title="KILL: Story {}"))
    newsroom.pull(10)
    assert newsroom.article("4").state == "killed"
    path = newsroom.article("1").path
    newsroom.edit("correct", article=path, body="<p>Right.</p>", correction="Wrong before.")
    missing = f"edits/{'0' * 64}"
    newsroom.edit("correct", article=path, body_ref=missing, correction="Wrong before.")
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
    a_day_of_pushes(newsroom)
    a_day_of_files(newsroom)
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
        own = f"{newsroom.wire.address}/hub"  # the site's; it need not take what it is told
        settings = replace(SETTINGS, site=replace(site, internal_hosts=hosts, hub=own))
        newsroom.apply(settings, tuple(feeds))
        newsroom.pull()
        assert set(newsroom.states().values()) == {"ok"}
        large = item(8, body="A long story. " * 30_000)
        hub.deliver(rss(large, item(9, body="word " * 1_000_000)))
        newsroom.aws.drain()
        bodies = Bodies(aws.client("s3"), aws.outputs["ContentBucket"])
        theme = bodies.put_theme(Theme(css=":root { --accent: #004d40; }"))
        looks._known.clear()  # a new container reads it from the bucket
        newsroom.apply(replace(settings, categories=(), theme=theme), tuple(feeds))  # no sections


def a_day_of_pushes(newsroom: Newsroom) -> None:
    pushed = Pushed(newsroom, newsroom.wire)
    keep_secret(pushed)
    pushed.aws.client("ssm").put_parameter(
        Name="/wireroom/c", Value=json.dumps({"type": "push", "token": TOKEN}), Type="SecureString"
    )
    other = replace(PUSHED, id="other", secret="ssm:/wireroom/c")
    settings = newsroom.table.settings()
    pushed.apply(settings, (*(row.config for row in newsroom.feeds.all()), PUSHED, other))
    large = item(20, body="A long story. " * 30_000)
    for feed in (PUSHED.id, other.id):
        assert pushed.push(rss(large, item(21, title="", body="")), feed)["statusCode"] == 201
    assert is_there(pushed, "1") == 404
    assert send_picture(pushed, "1", PICTURE)["statusCode"] == 201
    assert is_there(pushed, "1") == 200


def a_day_of_files(newsroom: Newsroom) -> None:
    drop = replace(FEED, id="files", url="", drop=True)
    feeds = (drop, *(row.config for row in newsroom.feeds.all()))
    newsroom.apply(newsroom.table.settings(), feeds, pages=False)
    large = item(21, body="A long story. " * 30_000)
    whole = rss(item(20), large, item(22, title="", body=""))
    s3, bucket = newsroom.aws.client("s3"), newsroom.aws.outputs["InboxBucket"]
    for data in (whole[:200], whole):
        s3.put_object(Bucket=bucket, Key="inbox/files/a.xml", Body=data)
        newsroom.aws.drain()
        newsroom.aws.clock.advance(60)
    s3.put_object(Bucket=bucket, Key="inbox/files/bad.xml", Body=b"nothing")
    sqs, queue = newsroom.aws.client("sqs"), newsroom.aws.outputs["InboxQueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="nonsense")
    newsroom.aws.drain()
    assert sorted(newsroom.aws.contents(bucket)) == [
        "done/files/a.xml", "failed/files/bad.xml", "failed/files/bad.xml.reason.txt",
    ]  # fmt: skip


def a_day_at_the_desk(newsroom: Newsroom, issuer: Issuer) -> None:
    issuer.reset()
    newsroom.apply(replace(settings(issuer), theme=newsroom.table.settings().theme))
    browser = Browser(newsroom, issuer)
    assert browser.sign_in().status == 303
    article = newsroom.article("2")
    assert f"/story/{article.id}" in browser.get("/").text
    assert browser.get(f"/?find={article.path}").status == 303
    assert browser.act(article.id, "headline", headline="Ours").status == 303
    body = long_body(100_000)
    assert browser.act(article.id, "correct", body=body, correction="Longer.").status == 303
    assert browser.get("/waiting").status == 200
    page = browser.get("/write")
    form = {name: page.field(name) for name in ("token", "revision", "guid")}
    form |= {"headline": "Our own", "body": body, "alt": "A hill", "as": "publish"}
    picture = written(drawn(40, 30), "PNG")
    for _ in range(2):  # the second is known to be the first
        assert browser.post_with("/write", {"picture": picture}, **form).status == 303
    looks._known.clear()  # a new container reads the theme
    assert browser.get(f"/story/{article.id}/page").status == 200
    newsroom.aws.clock.advance(5)
    assert "sent, not applied yet" in browser.get("/sent").text  # the refused are looked through
    newsroom.aws.drain()
    assert "applied as revision" in browser.get("/sent").text


def a_chiefs_day_at_the_desk(newsroom: Newsroom, issuer: Issuer) -> None:
    issuer.reset()
    # An entry of each was rejected, and a file of the second has failed.
    feeds = (replace(FEED, id="top"), replace(FEED, id="files", url="", drop=True))
    newsroom.apply(settings(issuer), feeds)
    browser = Browser(newsroom, issuer)
    browser.sign_in("chief@harbour.example")
    assert browser.post("/feeds/top/fetch", token=browser.token).status == 303
    pictures = newsroom.aws.outputs["PicturesDeadLettersUrl"]
    newsroom.aws.client("sqs").send_message(QueueUrl=pictures, MessageBody="{}")
    for queue in ("wire", "inbox", "edits", "render", "pictures"):
        assert browser.get(f"/trouble?queue={queue}&more=1").status == 200
        again = browser.post(f"/trouble/{queue}/again", token=browser.token)
        assert again.status == (409 if queue == "wire" else 303)  # some of its feeds are gone
    newsroom.aws.drain()
    page = shown(browser, "/settings/feed?which=top", interval="10m")
    assert apply(browser, page).status == 303
    removal = form_of(browser.get("/settings/feed?which=top"), "/settings/show", "remove")
    assert apply(browser, browser.post("/settings/show", **removal)).status == 303
    assert [row.config.id for row in newsroom.feeds.all()] == ["files"]


def test_no_function_may_do_what_it_never_does(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, shared_stack: SharedStack
) -> None:
    a_full_day(newsroom, monkeypatch)
    a_day_at_the_desk(newsroom, shared_stack.issuer)
    assert newsroom.aws.failures == []
    queues = {letter.queue for letter in newsroom.aws.dead_letters()}
    assert queues == {f"{name}DeadLetters" for name in ("Wire", "Inbox", "Edit", "Render")}
    a_chiefs_day_at_the_desk(newsroom, shared_stack.issuer)
    assert newsroom.aws.failures == []
    unused = [
        (name, action, resource)
        for name in newsroom.aws.functions
        for action, resource in newsroom.aws.unused_grants(name)
        if action not in OF_LAMBDA | ({"sqs:SendMessage"} if name == "PicturesFunction" else set())
    ]
    assert unused == []

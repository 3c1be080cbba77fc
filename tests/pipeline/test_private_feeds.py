"""Feeds that ask for credentials: who gets to see those, and who does not."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from urllib.parse import parse_qs, quote

import pytest
from msgspec.structs import replace

from tests.pipeline.newsroom import Newsroom, Wire, fed, item, rss
from tests.pipeline.world import FEED, SETTINGS, World
from wireroom.model import Feed, Settings
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.loopback import Answer, Request, serving

DAY = 24 * 60  # minutes
SECRET = "s3cr3t/wire+token=é"
ASCII = "s3cr3t/wire+token=e"
PAIR = base64.b64encode(f"wireroom:{SECRET}".encode()).decode()
KINDS = {
    "basic": {"type": "basic", "username": "wireroom", "password": SECRET},
    "bearer": {"type": "bearer", "token": ASCII},
    "header": {"type": "header", "name": "X-Api-Key", "value": ASCII},
    "query": {"type": "query", "name": "token", "value": SECRET},
}
EVERY_SPELLING = (
    *(SECRET, ASCII, PAIR, "s3cr3t%2Fwire", "s3cr3t/wire"),
    *(part[:12] for part in (SECRET, PAIR)),
)


def shown(request: Request) -> bool:
    """Whether the request carries one of the secrets, as it should be carried."""
    headers = request.headers
    return (
        headers.get("Authorization") in {f"Basic {PAIR}", f"Bearer {ASCII}"}
        or headers.get("X-Api-Key") == ASCII
        or parse_qs(request.query).get("token") == [SECRET]
    )


def mentions(request: Request) -> bool:
    return any(told in f"{request.headers} {request.query}" for told in EVERY_SPELLING)


class Gate(Wire):
    """A publisher that answers those who show the secret, and repeats it all over the document;
    or, when it is `open`, one that answers everybody."""

    open = False

    def respond(self, request: Request) -> Answer:
        if self.open:
            return super().respond(request)
        if not shown(request):
            self.asked.append(request)
            return Answer(401, f"{request.headers} {request.query}".encode())
        found = super().respond(request)
        echo = f"{self.address}{request.path}?{request.query.replace('&', '&amp;')}"
        said = echo if request.query else request.headers.get("Authorization", ASCII)
        body = found.body.replace(b"ECHO", said.encode())
        headers = {**found.headers, "Link": f'<{echo}>; rel="self"'}
        return Answer(found.status, body, headers)


DOCUMENT = rss(
    "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='ECHO'/>",
    item(1, body="See ECHO."),
    item(2, link="<link>ECHO</link>"),
    item(3, body="word " * 1_000_000, title="Rejected, ECHO"),
)


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the functions log; their loggers keep the stream that they were made with."""
    logger, stream = logging.getLogger("wireroom"), StringIO()
    probe = logging.StreamHandler(stream)
    # A command that ran in this process may have made them silent.
    known = [each for each in logging.root.manager.loggerDict.values() if _ours(each)]
    levels = [(each, each.level) for each in known]
    for each in known:
        each.setLevel(logging.INFO)
    logger.addHandler(probe)
    logging.getLogger().addHandler(probe)
    before = [(h, h.stream) for h in logger.handlers if isinstance(h, logging.StreamHandler)]
    for handler, _ in before:  # not by setStream: the old one may belong to a test that is over
        handler.stream = stream
    yield stream
    for handler, old in before:
        handler.stream = old
    logger.removeHandler(probe)
    logging.getLogger().removeHandler(probe)
    for each, level in levels:
        each.setLevel(level)


def _ours(logger: object) -> bool:
    return isinstance(logger, logging.Logger) and logger.name.startswith("wireroom")


@pytest.fixture
def newsroom(world: World) -> Iterator[Newsroom]:
    wire = Gate()
    wire.documents["/top.xml"] = DOCUMENT
    with fed(world, wire) as found:
        yield found


@contextmanager
def elsewhere(newsroom: Newsroom, status: int) -> Iterator[tuple[Wire, Settings, Feed]]:
    """A private feed whose publisher answers `status` and leads to another host: what that host
    was asked, and what to apply."""
    other = Wire()
    other.documents["/moved.xml"] = rss(item(1))
    with serving(other.respond) as other.address:
        where = f"{other.address.replace('127.0.0.1', 'localhost')}/moved.xml"
        newsroom.wire.documents["/top.xml"] = Answer(status, headers={"Location": where})
        here = newsroom.wire.address.removeprefix("http://")
        site = replace(SETTINGS.site, internal_hosts=(here, where.split("/")[2]))
        feed = replace(FEED, url=f"http://{here}/top.xml", secret="wireroom/ptn")
        yield other, replace(SETTINGS, site=site), feed


def keep(aws: EmbeddedAWS, name: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    if name.startswith("ssm:"):
        aws.client("ssm").put_parameter(Name=name[4:], Value=text, Type="SecureString")
    else:
        aws.client("secretsmanager").create_secret(Name=name, SecretString=text)


def everything(newsroom: Newsroom) -> str:
    """All that the stack holds: rows, objects (unpacked), pages, letters."""
    aws = newsroom.aws
    rows = aws.client("dynamodb").scan(TableName=aws.outputs["TableName"])["Items"]
    found = [repr(rows), repr(newsroom.site()), repr(aws.dead_letters())]
    s3, bucket = aws.client("s3"), aws.outputs["ContentBucket"]
    for row in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        body = s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read()
        found += [row["Key"], repr(gzip.decompress(body) if row["Key"].endswith(".gz") else body)]
    return "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "store"),
    [*((kind, "wireroom/ptn") for kind in KINDS), ("bearer", "ssm:/wireroom/ptn")],
)
def test_a_secret_reaches_the_publisher_and_is_written_down_nowhere(
    newsroom: Newsroom,
    kind: str,
    store: str,
    logged: StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    keep(newsroom.aws, store, KINDS[kind])
    newsroom.subscribe("top", secret=store)
    newsroom.pull()
    assert newsroom.states() == {"top": "ok"}
    assert sorted(newsroom.headlines()) == ["Story 1", "Story 2"]
    (letter,) = newsroom.letters()
    assert letter.startswith("feed top, entry 3")
    log = logged.getvalue() + "".join(capfd.readouterr())
    assert "feed pulled" in log
    held = everything(newsroom)
    assert "Story 2" in held
    for told in EVERY_SPELLING:
        assert told not in held
        assert told not in log


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_does_not_go_along_a_redirect_to_another_host(
    newsroom: Newsroom, kind: str
) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS[kind])
    with elsewhere(newsroom, 302) as (other, settings, feed):
        newsroom.apply(settings, (feed,))
        newsroom.pull()
    assert newsroom.states() == {"ptn-top": "ok"}
    assert [mentions(request) for request in other.asked] == [False]


@pytest.mark.parametrize(("kind", "status"), [*((kind, 301) for kind in KINDS), ("query", 308)])
def test_a_private_feed_that_moves_to_another_host_says_so_and_keeps_its_secret(
    newsroom: Newsroom, kind: str, status: int
) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS[kind])
    with elsewhere(newsroom, status) as (other, settings, feed):
        newsroom.apply(settings, (feed,))
        for _ in range(4):
            newsroom.pull(DAY)
        where = f"localhost:{other.address.rpartition(':')[2]}"
    (row,) = newsroom.feeds.all()
    assert row.state.state == "moved"
    assert row.state.reason == f"moved: permanently to {where}, which must not see the secret"
    assert other.asked == []


def test_a_feed_that_moved_before_it_became_private_keeps_its_secret_as_well(
    newsroom: Newsroom,
) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS["bearer"])
    with elsewhere(newsroom, 301) as (other, settings, feed):
        newsroom.wire.open = True
        newsroom.apply(settings, (replace(feed, secret=""),))
        for _ in range(3):
            newsroom.pull(DAY)
        assert (newsroom.states(), len(other.asked)) == ({"ptn-top": "ok"}, 3)
        newsroom.apply(settings, (feed,))
        newsroom.pull(DAY)
    assert newsroom.states() == {"ptn-top": "moved"}
    assert [mentions(request) for request in other.asked] == [False] * 3


@pytest.mark.parametrize("token", ["a+b/c==&é", "abcdefgh+ijklmnop/qrst==&é"])
def test_a_token_is_removed_however_it_is_written(newsroom: Newsroom, token: str) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS["query"] | {"value": token})
    upper = quote(token, safe="")
    lower = "".join(part if part.isalnum() else part.lower() for part in re.split("(%..)", upper))
    spellings = [upper, lower, token.replace("&", "&amp;"), token.replace("+", "%2b")]
    spellings = [spelled.replace("=", "%3d") for spelled in spellings] + spellings
    spellings = [re.sub("&(?!amp;)", "&#38;", spelled) for spelled in spellings]
    echoes = [f"https://ptn.example/1?token={spelled}" for spelled in spellings]
    echoes += [f"https://ptn.example/?to={quote(echo, safe='')}" for echo in echoes[:2]]
    newsroom.wire.open = True
    newsroom.wire.documents["/top.xml"] = rss(
        *(item(n, link=f"<link>{echo}</link>", body=echo) for n, echo in enumerate(echoes))
    )
    newsroom.subscribe("top", secret="wireroom/ptn")
    newsroom.pull()
    assert len(newsroom.headlines()) == len(echoes)
    held = everything(newsroom)
    assert [spelled for spelled in {*spellings, token} if spelled in held] == []


@pytest.mark.parametrize("token", ["k3y-0f-ptn", "abcdefghijklmnopqrst0123"])
def test_a_token_in_the_path_of_a_redirect_is_not_remembered(
    newsroom: Newsroom, token: str
) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS["query"] | {"value": token})
    newsroom.wire.open = True
    newsroom.wire.documents["/top.xml"] = Answer(301, headers={"Location": f"/s/{token}/top.xml"})
    newsroom.wire.documents[f"/s/{token}/top.xml"] = rss(item(1, body="<a href='x'>x</a>"))
    newsroom.subscribe("top", secret="wireroom/ptn")
    for _ in range(3):
        newsroom.pull(DAY)
    assert newsroom.states() == {"top": "ok"}
    assert newsroom.headlines() == ["Story 1"]
    assert token not in everything(newsroom)


EXPECTED = {
    "none": (None, "can't be read (ResourceNotFoundException)"),
    "not JSON": (SECRET, "is not JSON of a known type"),
    "of no known type": ({"type": SECRET}, "is not JSON of a known type"),
    "without a token": ({"type": "bearer", "tokn": ASCII}, "is not JSON of a known type"),
    "empty": ({"type": "bearer", "token": ""}, "has an empty or unprintable value"),
    "with a line break": (
        {"type": "header", "name": "X-Key", "value": f"{ASCII}\r\nX: y"},
        "has an empty or unprintable value",
    ),
    "a header that frames": (
        {"type": "header", "name": "Host", "value": ASCII},
        "has a value that a request can't contain",
    ),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_a_secret_that_cant_be_used_is_a_state_that_names_it_and_tells_nothing(
    newsroom: Newsroom, what: str, logged: StringIO
) -> None:
    content, reason = EXPECTED[what]
    if content is not None:
        keep(newsroom.aws, "wireroom/ptn", content)
    newsroom.subscribe("top", secret="wireroom/ptn")
    newsroom.pull()
    (row,) = newsroom.feeds.all()
    assert row.state.state == "secret"
    assert row.state.reason == f"secret: the secret wireroom/ptn {reason}"
    assert newsroom.wire.asked == []
    assert all(told not in logged.getvalue() for told in EVERY_SPELLING)


@pytest.mark.parametrize("name", ["billing/stripe", "ssm:/billing/stripe", "HubSecret"])
def test_no_feed_can_name_a_secret_that_is_not_a_wires(newsroom: Newsroom, name: str) -> None:
    if name != "HubSecret":
        keep(newsroom.aws, name, KINDS["bearer"])
    newsroom.subscribe("top", secret=name)
    newsroom.pull()
    (row,) = newsroom.feeds.all()
    assert row.state.reason == (f"secret: the secret {name} can't be read (AccessDeniedException)")
    assert newsroom.wire.asked == []


def test_a_secret_that_the_publisher_refuses_is_not_told_either(
    newsroom: Newsroom, logged: StringIO
) -> None:
    wrong = KINDS["query"] | {"name": "key"}
    keep(newsroom.aws, "wireroom/ptn", wrong)
    newsroom.subscribe("top", secret="wireroom/ptn")
    newsroom.pull()
    (row,) = newsroom.feeds.all()
    assert row.state.reason == "unauthorized: the server answered 401"
    assert mentions(newsroom.wire.asked[0])
    assert all(told not in logged.getvalue() for told in EVERY_SPELLING)


def test_a_secret_is_read_once_for_many_polls(newsroom: Newsroom) -> None:
    keep(newsroom.aws, "wireroom/ptn", KINDS["bearer"])
    newsroom.subscribe("top", secret="wireroom/ptn")
    newsroom.aws.calls.reset()
    for _ in range(3):
        newsroom.pull(60)
    assert len(newsroom.wire.asked) == 3
    assert newsroom.calls()["secretsmanager:GetSecretValue"] == 1

"""The desk on this machine, as a browser there uses it: over HTTP, signed in as anybody."""

from __future__ import annotations

import re
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.pipeline.world import FEED, SETTINGS, World, entry
from wireroom.model import Staff
from wireroom.newsroom.identity import article_id
from wireroom.settings.site_toml import Configuration
from wireroom_infra.local.desk import local_desk
from wireroom_infra.local.issuer import YOU, local_issuer, staff_here
from wireroom_infra.local.stack import deployed

STORY = f"/story/{article_id('ptn', '1')}"


class Browser:
    """Keeps the cookies of 127.0.0.1, whatever the port, as browsers do."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    def ask(self, url: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        """The status, and the text or the Location."""
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=60)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} | headers
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if form is None:
            connection.request("GET", target, headers=sent)
        else:
            sent |= {"Origin": f"{parts.scheme}://{parts.netloc}"}
            connection.request("POST", target, urlencode(form), sent)
        answer: HTTPResponse = connection.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or []:
            self.set.append(each)
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.getheader("Location") or text


def test_whoever_one_says_one_is_works_at_the_desk_of_this_machine(
    no_aws: None, tmp_path: Path
) -> None:
    browser, configuration = Browser(), Configuration(settings=SETTINGS)
    with (
        local_issuer(staff_here(Staff())) as issuer,
        deployed(configuration, tmp_path, issuer=issuer) as (aws, applied),
        local_desk(aws) as desk,
    ):
        assert applied.settings.desk == Staff(chiefs=(YOU,))
        world = World(aws)
        world.send(entry(1), feed=FEED)
        aws.drain()
        assert browser.ask(f"{desk}{STORY}") == (
            303, f"/sign-in?{urlencode({'to': STORY})}",
        )  # fmt: skip
        _, provider = browser.ask(f"{desk}/sign-in?{urlencode({'to': STORY})}")
        assert provider.startswith(f"{issuer}/authorize?")
        status, page = browser.ask(provider)
        assert (status, f'value="{YOU}"' in page) == (200, True)
        assert "runs on this machine only" in page
        status, back = browser.ask(provider, {"email": YOU})
        assert (status, back.startswith(f"{desk}/signed-in?")) == (303, True)
        assert browser.ask(back) == (303, STORY)
        status, page = browser.ask(f"{desk}{STORY}")
        assert (status, f"{YOU}, chief" in page) == (200, True)
        for cookie in browser.set:  # which no browser would take over http
            assert "__Host-" not in cookie
            assert "Secure" not in cookie
            assert "HttpOnly" in cookie
        form = dict(re.findall(r'name="(token|revision)" value="([^"]*)"', page))
        assert browser.ask(f"{desk}{STORY}/hold", form) == (303, STORY)
        aws.drain()
        article = world.article()
        assert (article.state, article.desk.hold.by) == ("held", YOU)
        for server in (desk, issuer):  # a name of somebody else's that leads here
            assert browser.ask(f"{server}/", Host="evil.example")[0] == 421

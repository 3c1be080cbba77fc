"""A certified OpenID provider, npm's oidc-provider, and a browser at its pages."""

from __future__ import annotations

import html
import json
import re
import select
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from tests.browser.tools import OIDC_PROVIDER, needed
from tests.desk.issuer import CLIENT, SECRET, Claims, Issuer

SERVE = Path(__file__).parent / "oidc-provider" / "serve.mjs"
SECONDS = 20  # for a start, an answer or a key, on a machine that is busy


class Certified(Issuer):
    """Used as the tests' own issuer is. Its accounts have any password."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()
        self._process = process
        self.address = self._line()
        self.forget()

    def forget(self) -> None:
        """Come with a browser that was never here."""
        jar = HTTPCookieProcessor(CookieJar())
        self._opener = build_opener(jar, _StaysAt(self.address))

    def authorize(self, where: str) -> dict[str, str]:
        """Sign in as `email`, as far as anything is asked."""
        self.forms: list[str] = []
        left, page = self.open(where)
        while not left:
            kind = _found(r'name="prompt" value="(\w+)"', page)
            self.forms.append(kind)
            fields = {"login": {"login": self.email, "password": "x"}}.get(kind, {})
            action = _found(r'<form[^>]* action="([^"]+)"', page)
            left, page = self.open(action, {"prompt": kind, **fields})
        return dict(parse_qsl(urlsplit(left).query))

    def leave(self, where: str) -> str:
        """Sign out where the desk leads; gives the page that follows."""
        _, page = self.open(where)
        xsrf = _found(r'name="xsrf" value="([^"]+)"', page)
        _, page = self.open(_found(r'action="([^"]+)"', page), {"xsrf": xsrf, "logout": "yes"})
        return page

    def rotate(self) -> None:
        """Sign with another key from now on, and publish that alone."""
        assert self._process.stdin
        self._process.stdin.write(b"rotate\n")
        assert self._line() == "rotate"

    def open(self, where: str, form: Mapping[str, str] | None = None) -> tuple[str, str]:
        """("", the page that the browser comes to), or (where it is sent elsewhere, "")."""
        data = None if form is None else urlencode(form).encode()
        try:
            with self._opener.open(Request(where, data), timeout=SECONDS) as answer:
                return "", answer.read().decode()
        except HTTPError as error:
            if error.code not in (302, 303):
                raise
            return error.headers["Location"], ""

    def _line(self) -> str:
        stdout = self._process.stdout
        assert stdout
        assert select.select([stdout], [], [], SECONDS)[0], "the provider says nothing"
        return stdout.readline().decode().strip()


class _StaysAt(HTTPRedirectHandler):
    """Follows redirects within an address. Another is an HTTPError."""

    def __init__(self, address: str) -> None:
        self._address = address

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        stays = newurl.startswith(f"{self._address}/")
        return super().redirect_request(req, fp, code, msg, headers, newurl) if stays else None


@contextmanager
def certified(accounts: Mapping[str, Claims], redirect: str) -> Iterator[Certified]:
    """Run one, which knows `accounts` (name → claims) and the desk that signs in at `redirect`."""
    client = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [redirect]}
    told = json.dumps({"clients": [client], "accounts": accounts})
    module = needed(OIDC_PROVIDER).as_uri()
    process = subprocess.Popen(
        ["node", str(SERVE), module, told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    try:
        yield Certified(process)
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found, page
    return html.unescape(found[1])

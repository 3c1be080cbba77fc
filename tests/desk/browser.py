"""A browser at the desk: it keeps cookies, follows redirects of the desk, and sends its forms."""

from __future__ import annotations

import base64
import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec.structs import replace

from tests.desk.issuer import Issuer
from tests.pipeline.world import SETTINGS, World
from wireroom.model import Settings, Staff

HOST = "desk.lambda-url.eu-west-1.on.aws"
ORIGIN = f"https://{HOST}"
STAFF = Staff(
    chiefs=("chief@harbour.example",),
    editors=("asha@harbour.example", "group:editors"),
    readers=("group:readers", "rani@harbour.example"),
)


def settings(issuer: Issuer, staff: Staff = STAFF) -> Settings:
    site = replace(SETTINGS.site, internal_hosts=(issuer.host,))
    return replace(SETTINGS, site=site, desk=staff)


class Page:
    """An answer of the desk. `location`: where it sends the browser, or ""."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.status: int = answer["statusCode"]
        self.headers: dict[str, str] = {k.lower(): v for k, v in answer["headers"].items()}
        self.set: list[str] = answer.get("cookies", [])
        body = answer.get("body", "")
        self.text: str = base64.b64decode(body).decode() if answer.get("isBase64Encoded") else body

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def field(self, name: str) -> str:
        """The value of the first field of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"the page has no field {name}"
        return html.unescape(found[1])


class Browser:
    def __init__(self, world: World, issuer: Issuer, address: str = "203.0.113.7") -> None:
        self.world = world
        self.issuer = issuer
        self.address = address
        self.cookies: dict[str, str] = {}

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes = "",
        headers: dict[str, str] | None = None,
    ) -> Page:
        parts = urlsplit(path)
        http = {
            "method": method,
            "path": parts.path,
            "protocol": "HTTP/1.1",
            "sourceIp": self.address,
            "userAgent": "test",
        }
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": {"host": HOST} | (headers or {}),
            "requestContext": {
                "accountId": "anonymous",
                "apiId": "desk",
                "domainName": HOST,
                "domainPrefix": "desk",
                "http": http,
                "requestId": "6a4a24c3-7f6d-4d9c-b5f5-3a8f2b1c0d9e",
                "routeKey": "$default",
                "stage": "$default",
                "time": "11/Feb/2026:09:00:00 +0000",
                "timeEpoch": 1770800400000,
            },
            "isBase64Encoded": False,
        }
        if self.cookies:
            event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        if parts.query:
            event["queryStringParameters"] = dict(parse_qsl(parts.query, keep_blank_values=True))
        if body:  # as function URLs hand over a form
            data = body if isinstance(body, bytes) else body.encode()
            event["body"] = base64.b64encode(data).decode()
            event["isBase64Encoded"] = True
        page = Page(self.world.aws.invoke("DeskFunction", event))
        for each in page.set:
            pair, *attributes = each.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return page

    def get(self, path: str, **headers: str) -> Page:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, *, origin: str = ORIGIN, **fields: str) -> Page:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if origin:
            headers["origin"] = origin
        return self.send("POST", path, urlencode(fields), headers)

    def post_with(self, path: str, files: dict[str, bytes], **fields: str) -> Page:
        """Send a form with files, as browsers do."""
        parts = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
            for name, value in fields.items()
        ]
        parts += [
            f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
            + data
            for name, data in files.items()
        ]
        body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
        kind = "multipart/form-data; boundary=limit"
        return self.send("POST", path, body, {"content-type": kind, "origin": ORIGIN})

    # --- coming and going ---

    def begin(self, to: str = "/") -> dict[str, str]:
        """Go to the provider and sign in there; gives the query that it sends the browser back
        with."""
        started = self.get(f"/sign-in?{urlencode({'to': to})}")
        assert started.status == 303, started.text
        return self.issuer.authorize(started.location)

    def arrive(self, answer: dict[str, str]) -> Page:
        return self.get(f"/signed-in?{urlencode(answer)}")

    def sign_in(self, email: str = "asha@harbour.example", to: str = "/") -> Page:
        self.issuer.email = email
        page = self.arrive(self.begin(to))
        self.world.aws.calls.reset()
        return page

    @property
    def token(self) -> str:
        return self.get("/").field("token")

    def session_at(self, address: str) -> dict[str, str]:
        """The cookie of this session, for a real browser at the local desk of `address`."""
        name = f"local-{address.rpartition(':')[2]}-desk"
        return {"name": name, "value": self.cookies["__Host-desk"], "url": address}

    def act(self, article: str, action: str, **fields: str) -> Page:
        """Send a form of a story's page as it stands there."""
        page = self.get(f"/story/{article}")
        hidden = {name: page.field(name) for name in ("token", "revision")}
        return self.post(f"/story/{article}/{action}", **(hidden | fields))

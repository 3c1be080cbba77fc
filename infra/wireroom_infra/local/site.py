"""The site bucket as a web site on this machine: what CloudFront does in front of a deployed one.

/a/b/ ─► the object a/b/index.html        /a/b?c=d ─► 301 to /a/b/?c=d
an object that says where its page moved to ─► 301       no object ─► 404.html with 404
an object that says that its story is gone ─► the object with 410, or 404 if it may come back
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from wireroom.site.assets import POLICY
from wireroom.store.pages import STATUS
from wireroom_infra.local.loopback import Answer, Request, Responder, serving
from wireroom_infra.local.push import PATH

PICTURES = "img-src 'self' https:"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


@contextmanager
def local_site(
    client: Any,
    bucket: str,
    port: int = 0,
    internal_hosts: tuple[str, ...] = (),
    pushed: Responder | None = None,
) -> Iterator[str]:
    """Serve `bucket` until the block ends; gives the address.

    `client`: a boto3 S3 client. `internal_hosts`: the site's own setting; pages may also show
    pictures from them over http, as a wire on this machine has no https. `pushed`: answers what is
    under PATH of `local.push`, which has a host of its own in a deployed stack. Raises OSError when
    the port is taken.
    """

    def respond(request: Request) -> Answer:
        if pushed and request.path.startswith(PATH):
            return pushed(request)
        return answer(client, bucket, request.path, internal_hosts, query=request.query)

    with serving(respond, port) as address:
        yield address


def answer(
    client: Any, bucket: str, path: str, internal_hosts: tuple[str, ...] = (), *, query: str = ""
) -> Answer:
    """What a reader of the site in `bucket` gets for `path` and `query`, both as they were sent."""
    asked = f"?{kept}" if (kept := _kept(query)) else ""
    # One slash at the front: "//host" in a Location would lead to another site.
    path = "/" + unquote(path, errors="replace").lstrip("/\\")
    last = path.rpartition("/")[2]
    if last and "." not in last:
        return Answer(301, headers={"Location": quote(f"{path}/") + asked, **HEADERS})
    found = _read(client, bucket, f"{path}index.html" if not last else path)
    if found is None:
        missing = _read(client, bucket, "/404.html")
        body = missing["Body"].read() if missing else b"<!doctype html><p>There is no page here.\n"
        return Answer(
            404,
            _lenient(body, internal_hosts),
            {"Content-Type": "text/html; charset=utf-8", **HEADERS},
        )
    headers = {"Content-Type": found["ContentType"], **HEADERS}
    if found.get("CacheControl"):
        headers["Cache-Control"] = found["CacheControl"]
    moved = found.get("WebsiteRedirectLocation", "")
    if re.match(r"/(?![/\\])", moved):  # to another page of this site only
        headers["Location"] = moved + asked
        return Answer(301, headers=headers)
    body = found["Body"].read()
    if found["ContentType"].startswith("text/html"):
        body = _lenient(body, internal_hosts)
    status = found.get("Metadata", {}).get(STATUS, "")
    if status in {"404", "410"}:
        return Answer(int(status), body, headers)
    return Answer(200, body, headers, found["ETag"], found["LastModified"].timestamp())


def _kept(query: str) -> str:
    """`query` for a Location, as the functions of template.yaml write it: the values of one name
    stand together, and what no address may hold is escaped."""
    pairs: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if pair:
            pairs.setdefault(name, []).append(value)
    return "&".join(
        _escaped(name) + (f"={_escaped(value)}" if value else "")
        for name, values in pairs.items()
        for value in values
    )


def _escaped(text: str) -> str:
    return quote(
        re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe="!$'()*,;:@/?%+=", errors="replace"
    )


def _read(client: Any, bucket: str, path: str) -> Any | None:
    try:
        return client.get_object(Bucket=bucket, Key=path.removeprefix("/"))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return None
        raise


def _lenient(page: bytes, internal_hosts: tuple[str, ...]) -> bytes:
    """`page` with a policy that also lets pictures in from `internal_hosts`."""
    sources = "".join(f" http://{host}" for host in internal_hosts)
    # In the <meta>, where the template has escaped its quotes.
    written = PICTURES.replace("'", "&#39;")
    return page.replace(written.encode(), (written + sources).encode(), 1)

"""A page of the site in a frame of the desk, where it can reach nothing.

    the page ─► without scripts, frames and policy, its stylesheet inside ─► policy of the frame:
                sandbox, no script, no style but this one, pictures of the site's own address only

Pages of the site may be framed by nobody, so the desk gives them out itself. A sandboxed frame has
no origin: nothing in it reads the desk, or does anything there.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlsplit

from msgspec.structs import replace

from wireroom.errors import ThemeFailed
from wireroom.model import Article, ListingEntry, Settings
from wireroom.site import looks
from wireroom.site.build import article as built
from wireroom.site.build import front

INERT = "a{pointer-events:none}"  # the frame may go nowhere, and says so with an empty page
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_STYLESHEET = re.compile(r'<link rel="stylesheet" href="[^"]*">')
_AHEAD = re.compile(r"<(?:link|i?frame)\b[^>]*>", re.IGNORECASE)


def framed(page: str, settings: Settings) -> tuple[str, dict[str, str]]:
    """`page`, and the headers with which it may be framed by the desk."""
    look = looks.of(settings.theme)
    css = look.files[look.stylesheet][0].decode() + INERT
    css = css.replace("\r\n", "\n").replace("</", "<\\/")
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    site = urlsplit(settings.site.url)
    host = f"{site.scheme}://{site.netloc}"
    head = f'<base href="{escape(host)}/">'
    page = _POLICY.sub(lambda _: head, _SCRIPT.sub("", page), count=1)
    page = _STYLESHEET.sub(lambda _: f"<style>{css}</style>", page)
    page = _AHEAD.sub("", page)  # for these a browser connects before it looks at the policy
    return page, bare(f"style-src 'sha256-{digest}'; img-src {host}; base-uri {host};")


def bare(besides: str = "base-uri 'none';") -> dict[str, str]:
    """The headers with which a page may be framed by the desk, and load nothing. `besides`:
    directives of its policy, each with a semicolon, for what it may load."""
    return {
        "Content-Security-Policy": f"sandbox; default-src 'none'; {besides} form-action 'none';"
        " frame-ancestors 'self'",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
    }


def as_published(article: Article, body: str, settings: Settings) -> str:
    """The page that readers would get of `article`, were it live now: without what it would say of
    other stories. `body`: its sanitised HTML. Where the theme fails, with the built-in
    templates. Raises ValueError for a story that has not come."""
    live = replace(
        article,
        state="live",
        published=article.published or article.first_seen or article.changed,
        path=article.path or "/",
    )
    return _printed(settings, lambda dressed: built(dressed, live, body, ()))


def front_as(settings: Settings, name: str, entries: Sequence[ListingEntry], older: str) -> str:
    """The front of the list `name` that readers would get, were it to show `entries`. `older`: the
    day of the oldest, where older stories follow, or "". Where the theme fails, with the built-in
    templates."""
    return _printed(settings, lambda dressed: front(dressed, name, entries, older))


def _printed(settings: Settings, build: Callable[[Settings], str]) -> str:
    try:
        return build(settings)
    except ThemeFailed:
        return build(replace(settings, theme=looks.plain(settings.theme)))

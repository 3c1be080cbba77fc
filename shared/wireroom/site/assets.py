"""The stylesheet, icon and script of all pages, and their Content-Security-Policy.

The names of the files contain a hash of their content, so they can be cached for ever.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "assets"

# The script of all pages. assets/wireroom.js says what it does.
SCRIPT = "".join(
    line.strip()
    for line in (HERE / "wireroom.js").read_text("utf-8").splitlines()
    if not line.lstrip().startswith("//")
)

SCRIPT_HASH = "sha256-" + b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

# What every page may load, by directive of its Content-Security-Policy.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "img-src": ("'self'", "https:"),
    "style-src": ("'self'",),
    "script-src": (f"'{SCRIPT_HASH}'",),
    "connect-src": ("'self'",),
    "base-uri": ("'none'",),
    "form-action": ("'none'",),
}

# The response header's policy, which is the same for every site. What a page may load stands in the
# page, as it differs with the theme; a browser lets in only what both allow.
POLICY = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def meta_policy(more: Mapping[str, Sequence[str]]) -> str:
    """A page's own policy, for its <meta>. `more`: directive → what it allows besides SOURCES.

    Without frame-ancestors, for which browsers log an error there.
    """
    directives = {**SOURCES, **{name: () for name in sorted(more) if name not in SOURCES}}
    return "; ".join(
        " ".join((name, *dict.fromkeys((*sources, *more.get(name, ())))))
        for name, sources in directives.items()
    )


def search_policy(more: Mapping[str, Sequence[str]]) -> str:
    """The policy of the page where readers search, which loads a script of the site's own."""
    return meta_policy({**more, "script-src": ("'self'", *more.get("script-src", ()))})


META_POLICY = meta_policy({})


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """Path on the site → (bytes, content type) of everything that pages load."""
    return {
        stylesheet(): (css(), "text/css; charset=utf-8"),
        icon(): (_read("icon.png"), "image/png"),
        search_script(): (_read("search.js"), "text/javascript; charset=utf-8"),
    }


@cache
def stylesheet() -> str:
    """The stylesheet's path on the site, `/assets/wireroom-<hash>.css`."""
    return f"/assets/wireroom-{_hash(css())}.css"


@cache
def icon() -> str:
    """The icon's path on the site, `/assets/icon-<hash>.png`."""
    return f"/assets/icon-{_hash(_read('icon.png'))}.png"


@cache
def search_script() -> str:
    """The path on the site of the script of the search page, `/assets/search-<hash>.js`."""
    return f"/assets/search-{_hash(_read('search.js'))}.js"


@cache
def css() -> bytes:
    """The stylesheet without its comments and the spaces that mean nothing: a fifth less."""
    text = re.sub(r"/\*.*?\*/", "", _read("wireroom.css").decode(), flags=re.S)
    text = re.sub(r"\s*([{};,])\s*", r"\1", text).replace(";}", "}")
    return re.sub(r":\s+", ":", text).strip().encode()


@cache
def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]

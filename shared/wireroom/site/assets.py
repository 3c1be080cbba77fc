"""The stylesheet, icon and script of all pages, and their Content-Security-Policy.

The names of the files contain a hash of their content, so they can be cached for ever.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent / "assets"

# Replaces a page's Latest Posts with the fragment, unless the reader's focus is inside them.
SCRIPT = """\
fetch("/fragments/latest.html",{cache:"no-cache"})\
.then(r=>r.ok?r.text():"").then(t=>{\
const e=document.getElementById("latest-posts");\
if(t&&e&&!e.contains(document.activeElement))e.innerHTML=t}).catch(()=>{})"""

SCRIPT_HASH = "sha256-" + b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

# For a <meta>. Without frame-ancestors, for which browsers log an error there.
META_POLICY = (
    "default-src 'none'; img-src 'self' https:; style-src 'self'; "
    f"script-src '{SCRIPT_HASH}'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)

# The whole Content-Security-Policy, as the response header should carry it.
POLICY = f"{META_POLICY}; frame-ancestors 'none'"


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """Path on the site → (bytes, content type) of everything that pages load."""
    return {
        stylesheet(): (_read("wireroom.css"), "text/css; charset=utf-8"),
        icon(): (_read("icon.png"), "image/png"),
    }


@cache
def stylesheet() -> str:
    """The stylesheet's path on the site, `/assets/wireroom-<hash>.css`."""
    return f"/assets/wireroom-{_hash(_read('wireroom.css'))}.css"


@cache
def icon() -> str:
    """The icon's path on the site, `/assets/icon-<hash>.png`."""
    return f"/assets/icon-{_hash(_read('icon.png'))}.png"


@cache
def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]

"""Embedded players and posts of other sites → links.

Pages contain no frames. An embed becomes a link. If its site is known, the link leads to an address
that is built here from the id of the video or post, else to the frame's own address. The text of
the link is the frame's title, if it has one, and the host.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from wireroom.markup.addresses import is_beacon, safe_address
from wireroom.markup.characters import cut, one_line

MAX_TITLE = 200  # characters


class Card(NamedTuple):
    """A link to what was embedded. `text` is plain text, with the host that the link leads to."""

    address: str
    text: str


_PLAYERS: tuple[tuple[str, str, str], ...] = (
    # host (without www.), path, the address that people can open
    (r"youtube(-nocookie)?\.com", r"/(?:embed|v)/(?!videoseries)([\w-]{6,20})", "https://www.youtube.com/watch?v={}"),
    (r"youtube\.com", r"/shorts/([\w-]{6,20})", "https://www.youtube.com/shorts/{}"),
    (r"youtu\.be", r"/([\w-]{6,20})", "https://youtu.be/{}"),
    (r"player\.vimeo\.com", r"/video/(\d{1,15})", "https://vimeo.com/{}"),
    (r"vimeo\.com", r"/(\d{1,15})", "https://vimeo.com/{}"),
    (r"((mobile\.)?twitter|x)\.com", r"/(\w{1,20}/status/\d{1,20})", "https://x.com/{}"),
    (r"datawrapper\.dwcdn\.net", r"/(\w{5})(/\d*)?", "https://datawrapper.dwcdn.net/{}/"),
    (r"instagram\.com", r"/((p|reel|tv)/[\w-]{5,20})(/embed(/captioned)?)?", "https://www.instagram.com/{}/"),
    (r"tiktok\.com", r"/(@[\w.]{1,30}/video/\d{1,25})", "https://www.tiktok.com/{}"),
    (r"tiktok\.com", r"/embed/(v2/)?(\d{1,25})", "https://www.tiktok.com/embed/v2/{1}"),
    (r"flo\.uri\.sh", r"/(visualisation|story)/(\d{1,12})/embed", "https://public.flourish.studio/{0}/{1}/"),
    (r"dailymotion\.com", r"/embed/video/(\w{4,12})", "https://www.dailymotion.com/video/{}"),
    (r"open\.spotify\.com", r"/embed/((episode|show|track|album|playlist)/\w{10,30})", "https://open.spotify.com/{}"),
    (r"infogram\.com", r"/([\w-]{5,120})", "https://infogram.com/{}"),
)  # fmt: skip
_TABLE = tuple((re.compile(host), re.compile(path + "/?"), to) for host, path, to in _PLAYERS)


def canonical(address: str) -> str:
    """The address of the page of the video, chart or post at `address`, if its site is known; else
    ""."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if host == "platform.twitter.com" and parts.path == "/embed/Tweet.html":
        post = parse_qs(parts.query).get("id", [""])[0]
        return f"https://x.com/i/status/{post}" if re.fullmatch(r"\d{1,20}", post, re.ASCII) else ""
    if host == "youtube.com" and parts.path == "/watch":
        video = parse_qs(parts.query).get("v", [""])[0]
        known = re.fullmatch(r"[\w-]{6,20}", video, re.ASCII)
        return f"https://www.youtube.com/watch?v={video}" if known else ""
    for hosts, path, to in _TABLE:
        found = hosts.fullmatch(host) and path.fullmatch(parts.path)
        if found and found[0].isascii():
            return to.format(*found.groups())
    return ""


def card(source: str, title: str, base: str) -> Card | None:
    """The link for a frame or player at `source`. None if that is no safe address, or only counts
    readers."""
    address = safe_address(source, base)
    if not address or is_beacon(address):
        return None
    address = canonical(address) or address
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    title = cut(one_line(title), MAX_TITLE)
    return Card(address, f"{title} ({host})" if title else host)

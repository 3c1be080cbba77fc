"""HTML that a theme brings: what it loads, and whether the policy of its pages lets it.

Snippets are HTML. In templates Jinja's tags are blanked out first, so that what remains is HTML
with the same lines.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from wireroom.markup.elements import VOIDS
from wireroom_infra.theme.problems import Problem, line_of

# Key under [hosts] in theme.toml → directive of the policy.
DIRECTIVES: Mapping[str, str] = {
    "script": "script-src",
    "connect": "connect-src",
    "style": "style-src",
    "font": "font-src",
    "frame": "frame-src",
    "media": "media-src",
}
_EMPTY = VOIDS | frozenset("area base col embed input link meta param source track wbr".split())
_HEAD = frozenset("script noscript style link meta template".split())
_LOADED = {"script": "script", "iframe": "frame", "video": "media", "audio": "media"}
_NEVER = {
    "object": "the policy of all pages forbids plug-ins",
    "embed": "the policy of all pages forbids plug-ins",
    "applet": "the policy of all pages forbids plug-ins",
    "form": "the policy of all pages forbids forms; link to a page of the service instead",
    "base": "the policy of all pages forbids it",
}
_JAVASCRIPT = {"", "text/javascript", "application/javascript", "module"}
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_UNQUOTED = "\ue000"  # stands for an expression right after an equals sign


class Found(Struct, frozen=True):
    """`sources`: directive → what the HTML needs besides declared hosts: hashes of its inline
    scripts and styles, and `'self'` for files of the theme."""

    problems: tuple[Problem, ...]
    sources: Mapping[str, tuple[str, ...]]


def look(
    file: str,
    html: str,
    hosts: Mapping[str, Sequence[str]],
    *,
    template: bool = False,
    head: bool = False,
) -> Found:
    """What is wrong with the HTML of `file`. `hosts`: those of theme.toml. `template`: Jinja's tags
    are in it; then it need not be whole. `head`: it stands in <head>."""
    reader = _Reader(file, hosts, template=template, head=head)
    reader.feed(blanked(html) if template else html)
    reader.close()
    reader.end()
    sources = {name: tuple(dict.fromkeys(found)) for name, found in reader.sources.items()}
    return Found(tuple(reader.problems), sources)


def blanked(source: str) -> str:
    """A template with spaces for Jinja's tags."""

    def blank(found: re.Match[str]) -> str:
        text = re.sub(r"[^\n]", " ", found[0])
        before = source[: found.start()].rstrip(" \t")
        return _UNQUOTED + text[1:] if before.endswith("=") and found[0][1] == "{" else text

    return _JINJA.sub(blank, source)


def digest(text: str) -> str:
    """How a policy names an inline script or style."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Reader(HTMLParser):
    def __init__(
        self, file: str, hosts: Mapping[str, Sequence[str]], *, template: bool, head: bool
    ) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[Problem] = []
        self.sources: dict[str, list[str]] = {}
        self._file, self._hosts, self._template, self._head = file, hosts, template, head
        self._open: list[tuple[str, int]] = []
        self._inline: tuple[str, int] | None = None  # directive and line of an inline element
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").strip() for name, value in attrs}
        if any(value.startswith(_UNQUOTED) for value in values.values()):
            self._wrong(f"<{tag}>: what a template prints as an attribute stands in quotes")
        if tag in _NEVER:
            self._wrong(f"<{tag}>: {_NEVER[tag]}")
        if self._head and not self._open and tag not in _HEAD:
            self._wrong(f"<{tag}> may not stand in the head of a page")
        for reason in _attributes(tag, values):
            self._wrong(reason)
        self._loads(tag, values)
        if tag not in _EMPTY:
            self._open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_inline()
        if tag in _EMPTY:
            return
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        elif not self._template:
            self._wrong(f"</{tag}> ends nothing that begins in this file")

    def handle_data(self, data: str) -> None:
        self._text += data

    def end(self) -> None:
        self._end_inline()
        for tag, line in self._open:
            if not self._template:
                self.problems.append(Problem(self._file, line, f"<{tag}> has no end in this file"))

    def _loads(self, tag: str, values: Mapping[str, str]) -> None:
        """Notes what the element loads, or that it is inline."""
        rel = values.get("rel", "").lower().split()
        if tag == "link" and "stylesheet" in rel:
            self._allowed("style", values.get("href", ""))
        elif tag in _LOADED and values.get("src"):
            self._allowed(_LOADED[tag], values["src"])
        elif tag in {"source", "track"} and any(
            name in {"video", "audio"} for name, _ in self._open
        ):
            self._allowed("media", values.get("src", ""))
        elif tag == "img" and not _https_or_own(values.get("src", "")):
            self._wrong(f"<img>: {values['src']} is neither an https address nor a file in assets/")
        elif (tag == "script" and values.get("type", "").lower() in _JAVASCRIPT) or tag == "style":
            self._inline = ("script-src" if tag == "script" else "style-src", self.getpos()[0])
            self._text = ""

    def _allowed(self, key: str, address: str) -> None:
        """Notes an address that the policy does not let in."""
        if not address or _UNQUOTED in address:
            return
        parts = _parts(address)
        if parts is None:
            self._wrong(f"{address} is not a well-formed address")
            return
        if not parts.netloc:
            self.sources.setdefault(DIRECTIVES[key], []).append("'self'")
            return
        origin = f"{parts.scheme or 'https'}://{parts.netloc}".lower()
        declared = self._hosts.get(key, ())
        if not any(_covers(each, origin) for each in declared):
            self._wrong(
                f"{origin} is not among the hosts of theme.toml; expected"
                f' [hosts] {key} = ["{origin}"]'
            )

    def _end_inline(self) -> None:
        if self._inline is None:
            return
        directive, line = self._inline
        self._inline = None
        if not self._text.strip():
            return
        if self._template:
            what = "script" if directive == "script-src" else "style"
            self.problems.append(
                Problem(
                    self._file,
                    line,
                    f"an inline {what} in a template, which the policy can't name, as what a"
                    " template prints differs; put it into a snippet or a file in assets/",
                )
            )
        else:
            self.sources.setdefault(directive, []).append(digest(self._text))

    def _wrong(self, reason: str) -> None:
        self.problems.append(Problem(self._file, self.getpos()[0], reason))


def _attributes(tag: str, values: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        if name.startswith("on"):
            yield f"<{tag} {name}>: the policy of all pages forbids scripts in attributes"
        if name == "style":
            yield f"<{tag} style>: the policy of all pages forbids it; put the rule into theme.css"
        if name == "srcdoc":
            yield f"<{tag} srcdoc>: a frame has an address, of a host in theme.toml"
        if name in {"href", "src", "action"} and re.match(r"\s*(javascript|data|vbscript):", value):
            yield f"<{tag} {name}>: the policy of all pages forbids such an address"
    if tag == "meta" and "http-equiv" in values:
        yield "<meta http-equiv>: the policy and headers of a page are not for snippets"


def _https_or_own(address: str) -> bool:
    parts = _parts(address)
    return parts is not None and parts.scheme in {"", "https"}


def _parts(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _covers(declared: str, origin: str) -> bool:
    """Whether a source of a policy, such as `https://*.example.com`, lets `origin` in."""
    if declared == origin:
        return True
    before, star, after = declared.partition("*")
    return bool(star) and origin.startswith(before) and origin.endswith(after)


def references(text: str) -> Iterator[tuple[str, int]]:
    """(name, line) of each file in assets/ that `text` names."""
    for found in ASSET.finditer(text):
        yield found[1], line_of(text, found.start())


ASSET = re.compile(r"(?<![\w./-])/?assets/([A-Za-z0-9._/-]+)")

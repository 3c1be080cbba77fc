"""All of the desk at once: the addresses that it answers to, its pages and their forms.

What a test says of these holds for a screen that is added later, too.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unittest.mock import MagicMock
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.desk.browser import Browser, Page

_NAME = re.compile(r"<\w+>")
# What a browser takes for a field of a type, where nothing is in it yet.
_VALUES = {"date": "2026-02-11", "datetime-local": "2026-03-01T06:00", "number": "1"}
_WORDS = ("text", "search", "textarea", "url", "email")


class Form(NamedTuple):
    """`fields`: as a browser would send them, who has typed nothing but what is required. `words`:
    the names of those in which anything can be typed."""

    action: str
    fields: dict[str, str]
    words: tuple[str, ...]


def routes(method: str) -> list[str]:
    """The addresses that the desk routes, with their names: `/story/<identity>`."""
    from desk.routes import Desk  # late: its logger is named by the stack's environment

    app = Desk(MagicMock(), MagicMock(), MagicMock(), domain="")._app
    every = [*app._static_routes, *app._dynamic_routes]
    return [str(route.path) for route in every if route.method == method]


def leads_to(route: str, address: str) -> bool:
    pattern = _NAME.sub("[^/]+", re.escape(route).replace(r"\<", "<").replace(r"\>", ">"))
    return re.fullmatch(pattern, urlsplit(address).path) is not None


def filled(route: str, **names: str) -> str:
    """The address of a route, with values for its names; `x` for one that is not given."""
    return _NAME.sub(lambda each: names.get(each[0][1:-1], "x"), route)


def pages(browser: Browser, *, one_each: bool = False) -> dict[str, Page]:
    """Address → page, of all that the screens lead to; with `one_each`, of one for each route."""
    from desk.screens import SCREENS

    found: dict[str, Page] = {}
    waiting = [*(address for address, _ in SCREENS), "/sent"]
    left = routes("GET")
    while waiting:
        address = waiting.pop(0)
        if address in found or (one_each and not any(leads_to(each, address) for each in left)):
            continue
        left = [each for each in left if not leads_to(each, address)]
        page = found[address] = browser.get(address)
        if not page.headers["content-type"].startswith("text/html"):
            continue
        for node in LexborHTMLParser(page.text).css("a[href], iframe[src]"):
            link = urljoin(address, node.attributes.get("href") or node.attributes.get("src") or "")
            if not urlsplit(link).netloc and "sandbox" not in page.headers[POLICY]:
                waiting.append(link.partition("#")[0])
    return found


POLICY = "content-security-policy"


def forms(address: str, page: Page) -> list[Form]:
    """Those of a page that are posted: one for each of their buttons."""
    found = []
    for node in LexborHTMLParser(page.text).css("form[method=post]"):
        fields, words = _fields(node)
        for button in node.css("button"):
            pressed = button.attributes.get("name")
            action = button.attributes.get("formaction") or node.attributes.get("action") or address
            more = {pressed: button.attributes.get("value") or ""} if pressed else {}
            found.append(Form(action, fields | more, words))
    return found


def _fields(form: LexborNode) -> tuple[dict[str, str], tuple[str, ...]]:
    fields: dict[str, str] = {}
    words = []
    for node in form.css("input, textarea, select"):
        name, kind = node.attributes.get("name"), _kind(node)
        if not name or (kind == "checkbox" and "checked" not in node.attributes):
            continue
        if kind == "radio":
            fields.setdefault(name, node.attributes.get("value") or "")
            continue
        fields[name] = _value(node, kind)
        if kind in _WORDS:
            words.append(name)
    return fields, tuple(words)


def _kind(node: LexborNode) -> str:
    return (node.attributes.get("type") or "text") if node.tag == "input" else str(node.tag)


def _value(node: LexborNode, kind: str) -> str:
    if kind == "select":
        options = node.css("option[selected]") or node.css("option")
        return (options[0].attributes.get("value") or "") if options else ""
    value = node.text() if kind == "textarea" else node.attributes.get("value") or ""
    required = "required" in node.attributes
    return value or (_VALUES.get(kind, "words") if required else "")

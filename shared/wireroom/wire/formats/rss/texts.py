"""Takes the texts of an item out before feedparser gets it, and leaves a token in place of each.

feedparser's rewriting of HTML closes `<br>` twice, removes what it does not know, and takes 3 µs
for each `&lt;`. It only decides which text is the story and which the summary.
"""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from typing import Any

from lxml import etree

from wireroom.errors import EntryRejected
from wireroom.markup.characters import scrub
from wireroom.wire.document.tree import is_media, local, text

STORY = {"description", "encoded", "content", "summary", "body", "fullitem", "abstract"}
_ATOM = "http://www.w3.org/2005/atom"  # in lower case, as `local` gives it
_DC = "http://purl.org/dc/elements/1.1/"
_MARKED = STORY | {"title"}
_WORD = re.compile(r"&lt;[a-zA-Z/!]")
# The elements that feedparser gets, and at most how many of each.
_SEEN = (
    dict.fromkeys(_MARKED, 10)
    | dict.fromkeys(("pubdate", "published", "issued", "date"), 3)
    | dict.fromkeys(("updated", "modified", "created"), 3)
    | {"category": 50}
)
_TERMS = {"subject": "category", "keywords": "category"}
_READ = {"type", "mode", "src", "term", "scheme", "domain", "label"}
_LONGEST_LINE = 1000  # characters of a date or a category


def held_back(item: etree._Element) -> dict[str | None, str]:
    """Change `item` so that it contains only what feedparser needs. Gives token → the text that it
    replaces. Raises EntryRejected."""
    texts: dict[str | None, str] = {}
    counts: Counter[str] = Counter()
    for child in list(item):
        namespace, name = local(child)
        kind = _TERMS.get(name, name)
        counts[kind] += 1
        if is_media(child) or "itunes.com" in namespace or counts[kind] > _SEEN.get(kind, 0):
            item.remove(child)
        elif name == "keywords" and namespace != local(item)[0]:
            item.remove(child)  # a list, which feedparser compares in quadratic time
        elif namespace == _DC and name in ("title", "description") and _own(item, name):
            item.remove(child)  # feedparser would take the second of two for the story itself
        elif name in _MARKED:
            _flatten(child)
            if value := cleaned(child.text):
                token = f"text-{len(texts)}"
                texts[token], child.text = value, token
        else:
            line = text(child)[:_LONGEST_LINE]
            for inner in list(child):
                child.remove(inner)
            child.text = line
        for attribute in set(child.attrib) - _READ:
            del child.attrib[attribute]
        child.tail = None
    return texts


def story(parsed: Any, texts: dict[str | None, str]) -> tuple[str, bool, str]:
    """(body, whether it is the whole story, summary if that is another text). `parsed`:
    feedparser's entry; `texts`: from `held_back`."""
    summary = texts.get(parsed.get("summary"), "")
    best = ""
    for content in parsed.get("content", []):
        kind = content.get("type", "")
        if content.get("src") or not (kind.startswith("text/") or "html" in kind):
            continue
        value = texts.get(content.get("value"), "")
        if len(value) > len(best):
            best = value
    if best:
        return best, True, "" if summary == best else summary
    return summary, False, ""


def cleaned(value: Any) -> str:
    """A value as text without control characters and outer white space; "" if it is not text."""
    return scrub(value).strip() if isinstance(value, str) else ""


def _own(item: etree._Element, name: str) -> bool:
    """Whether `item` has an element `name` of the feed format itself."""
    return any(local(child) == (local(item)[0], name) for child in item)


def _flatten(element: etree._Element) -> None:
    """Replace the content of `element` with its meaning as one HTML text. Raises EntryRejected."""
    if (element.get("mode") or "").lower() == "base64":
        _decode(element)
    kind = (element.get("type") or "").lower()
    plain = kind in ("", "text", "text/plain")
    xhtml = kind in ("xhtml", "application/xhtml+xml")
    if not len(element):
        if xhtml:
            element.set("type", "html")
        elif plain and local(element)[0] == _ATOM:  # only in Atom `text` really means plain text
            paragraphs = html.escape(element.text or "", quote=False)
            if local(element)[1] == "content":
                blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", paragraphs))
                paragraphs = "".join(f"<p>{block}</p>" for block in blocks if block)
            element.text = _as_markup(paragraphs)
            element.set("type", "html")
        return
    if not (plain or xhtml or kind.endswith("html")):
        for inner in list(element):  # XML that is no HTML
            element.remove(inner)
        element.text = None
        return
    for inner in element.iterdescendants(etree.Element):
        inner.tag = etree.QName(inner).localname
        for name in [name for name in inner.attrib if str(name).startswith("{")]:
            del inner.attrib[name]
    holder = element
    if xhtml and len(element) == 1 and element[0].tag == "div" and not (element.text or "").strip():
        holder = element[0]  # RFC 4287, 3.1.1.3: the div is not part of the content
    page = etree.Element("page")  # a tree of its own, without the feed's namespaces
    page.text = holder.text
    page.extend(list(holder))
    etree.cleanup_namespaces(page)
    markup = html.escape(page.text or "", quote=False) + "".join(
        etree.tostring(child, method="html", encoding="unicode") for child in page
    )
    for child in list(element):
        element.remove(child)
    element.text = _as_markup(markup)
    if kind:
        element.set("type", "html")


def _as_markup(markup: str) -> str:
    """`markup` in a paragraph, if it has no tags but mentions some (escaped). Otherwise it would be
    taken for HTML that was escaped twice, and the mentioned tags for real ones."""
    return f"<p>{markup}</p>" if "<" not in markup and _WORD.search(markup) else markup


def _decode(element: etree._Element) -> None:
    """Decode an element with Atom 0.3's `mode="base64"`. Raises EntryRejected."""
    name = local(element)[1]
    del element.attrib["mode"]
    try:
        element.text = base64.b64decode("".join(element.itertext()).encode()).decode()
    except ValueError as error:
        raise EntryRejected(
            "body" if name in STORY else name, "base64 that does not decode to text"
        ) from error

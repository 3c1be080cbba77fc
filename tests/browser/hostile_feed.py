"""Feed documents whose entries carry an attack in every field that a feed can fill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tests.xss.payloads import ADDRESSES, PAYLOADS

PICTURES = "https://pictures.example"
BATCH = 25  # entries of a document: all of them stand on one front
LINE = 450  # characters; wire refuses an entry with a longer author

_DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>{title}</title><link>{link}</link><description>{title}</description>
<language>{title}</language><managingEditor>{title}</managingEditor>
{items}
</channel></rss>"""

_ITEM = """<item>
<title>{title}</title>
<link>{link}</link>
<guid isPermaLink={permalink}>{guid}</guid>
<pubDate>{date}</pubDate>
<dc:date>{line}</dc:date>
<dc:language>{line}</dc:language>
<dc:creator>{line}</dc:creator>
<author>{line}</author>
<category domain={attribute}>{line}</category>
<category>World</category>
<source url={attribute}>{text}</source>
<pubstatus>{line}</pubstatus>
<comments>{text}</comments>
<description>{summary}</description>
<content:encoded>{body}</content:encoded>
<media:content url={picture} medium="image" width={attribute} height={attribute}>
<media:title>{text}</media:title>
<media:description>{text}</media:description>
<media:credit role={attribute}>{text}</media:credit>
<media:thumbnail url={attribute}/>
</media:content>
<enclosure url={attribute} type="image/png" length={attribute}/>
</item>"""

_UNCARRIED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Attack(NamedTuple):
    """What an entry carries, and where: in its texts, or as each of its addresses."""

    number: int
    payload: str
    address: bool


ATTACKS: tuple[Attack, ...] = tuple(
    Attack(number, payload, number >= len(PAYLOADS))
    for number, payload in enumerate((*PAYLOADS, *ADDRESSES))
)


def documents(attacks: Sequence[Attack], now: datetime) -> list[bytes]:
    """RSS documents of at most BATCH entries each, all of them in the hours before `now`.

    What XML can't carry is sent all the same, in documents of its own, as broken feeds do.
    """
    whole = [attack for attack in attacks if not _UNCARRIED.search(attack.payload)]
    broken = [attack for attack in attacks if _UNCARRIED.search(attack.payload)]
    batches = [
        kind[start : start + BATCH]
        for kind in (whole, broken)
        for start in range(0, len(kind), BATCH)
    ]
    return [_document(batch, now) for batch in batches]


def picture(attack: Attack) -> str:
    """The address of the picture that the entry of a text attack comes with."""
    return f"{PICTURES}/{attack.number}.png"


def _document(attacks: Sequence[Attack], now: datetime) -> bytes:
    items = "\n".join(_item(attack, now) for attack in attacks)
    first = attacks[0].payload
    text = _DOCUMENT.format(title=escape(first), link=escape(first), items=items)
    return text.encode("utf-8", "surrogatepass")


def _item(attack: Attack, now: datetime) -> str:
    number, payload, address = attack
    line = payload if len(payload) <= LINE else payload[-LINE:]
    link = payload if address or number % 2 else f"https://wire.example/{number}"
    body = f'<p>Before.</p>{payload}<p>After.</p><p title="{payload}">{number}</p>'
    if address:
        body = f'<p>Read <a href="{payload}">on</a></p><p><img src="{payload}" alt="x"></p>'
    return _ITEM.format(
        title=escape(f"Headline {number} {payload}"),
        link=escape(link),
        permalink=quoteattr("true" if number % 3 else payload),
        guid=escape(f"{payload}#{number}" if address else f"{number}{payload}"[:1000]),
        date=format_datetime(now - timedelta(minutes=number % 180)),
        line=escape(line),
        attribute=quoteattr(line),
        text=escape(payload),
        summary=escape(f"Summary {number} {payload}"),
        body=_cdata(body) if number % 2 else escape(body),
        picture=quoteattr(payload if address else picture(attack)),
    )


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"

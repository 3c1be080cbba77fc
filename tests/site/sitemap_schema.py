"""What sitemaps.org and Google ask of sitemaps, as XML Schemas in the tests' own words.

https://www.sitemaps.org/protocol.html
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parent / "schemas"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
MOST, BYTES = 50_000, 50 * 1024 * 1024  # of one sitemap; uncompressed


def problems(text: str, root: str = "https://harbour.example/") -> list[str]:
    """Each fault of a sitemap, or of an index of sitemaps, of the site at `root`."""
    schema = _schema()
    try:
        document = etree.fromstring(text.encode())
    except etree.XMLSyntaxError as error:
        return [str(error)]
    found = [] if schema.validate(document) else [str(each) for each in schema.error_log]
    addresses = locations(text)
    found += [f"{each} is not on {root}" for each in addresses if not each.startswith(root)]
    if len(set(addresses)) != len(addresses):
        found.append("an address stands twice")
    if len(addresses) > MOST or len(text.encode()) > BYTES:
        found.append(f"{len(addresses)} addresses in {len(text)} bytes")
    return found


def locations(text: str) -> list[str]:
    document = etree.fromstring(text.encode())
    return [str(each.text) for each in document.iter(f"{SITEMAP}loc")]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(FOLDER / "sitemap.xsd"))

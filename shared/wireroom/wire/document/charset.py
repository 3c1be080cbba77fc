"""Bytes → text. Declared encodings are often wrong, so the bytes themselves count first.

A byte order mark, or the way in which a wide encoding writes `<`, decides first. Then valid UTF-8
is read as UTF-8, whatever is declared, as text in another encoding is hardly ever valid UTF-8 by
chance. Then the declarations count, HTTP's before the XML's own. All else is windows-1252, which
Western text without a declaration mostly is.
"""

from __future__ import annotations

import codecs
import re

from wireroom.errors import NotAFeed
from wireroom.markup.characters import without_controls

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# White space, `<` and the character after it, as the wide encodings write them (XML 1.0, appendix
# F). The white space counts: without it, `\n\0<\0` could be of either byte order.
_WIDE = (
    (re.compile(rb"(?:[\t\n\r ]\0\0\0)*+<\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[\t\n\r ])*+\0\0\0<\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"(?:[\t\n\r ]\0)*+<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r ])*+\0<\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
# The text encodings of the web (WHATWG's list, by Python's names), without those that turn plain
# ASCII into other characters: utf-7, hz, unicode_escape …
_KNOWN = frozenset(
    ["utf-8", "cp1252", "koi8-r", "koi8-u", "gbk", "gb18030", "gb2312", "big5", "big5hkscs"]
    + ["shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949", "cp874", "cp866"]
    + ["tis-620", "mac-roman", "mac-cyrillic", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
    + [f"cp125{n}" for n in range(9)]
    + [f"iso8859-{n}" for n in range(1, 17) if n != 12]
)
# Named encoding → the superset that browsers use instead.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_SEVEN_BIT = {"iso2022_jp"}
_STRAY_BYTES = 2000
_SEQUENCE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")


def decoded(document: bytes, charset: str = "") -> str:
    """`document` as text, without what XML can't carry. `charset`: what HTTP declared, or "".

    Raises NotAFeed `encoding` only for encodings that hide ASCII (EBCDIC, UTF-7).
    """
    # A server may have sent empty lines of its own before the document.
    for begun in (document, document.lstrip(b"\t\n\r ")):
        for mark, name in _BOMS:
            if begun.startswith(mark):
                return without_controls(_decode(begun[len(mark) :], name))
        for pattern, name in _WIDE:
            if pattern.match(begun):
                return without_controls(_decode(begun, name))
    if document.startswith(b"\x4c\x6f\xa7\x94"):
        raise NotAFeed("encoding", "the document is in EBCDIC")
    found = _DECLARED.match(document[:400].lstrip())
    names = (charset, found[1].decode("ascii") if found else "")
    declared = [name for name in map(_codec, names) if name]
    return without_controls(_decode(document, _narrow(document, declared)))


def _narrow(document: bytes, declared: list[str]) -> str:
    """The encoding of `document`, which is not a wide one: UTF-8, one of `declared`, or cp1252."""
    for name in declared:
        if name in _SEVEN_BIT and document.isascii():
            return name
    if _fits(document, "utf-8"):
        return "utf-8"
    for name in declared:
        if name != "utf-8" and _fits(document, name):
            return name
    # One stray byte in a UTF-8 document is no reason to misread all the others.
    broken = document.decode("utf-8", "replace").count("\ufffd")
    sequences = len(_SEQUENCE.findall(document))
    return "utf-8" if broken < min(sequences, _STRAY_BYTES) else "cp1252"


def _fits(document: bytes, name: str) -> bool:
    try:
        document.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _codec(name: str) -> str:
    """Python's name for a declared encoding, if it is a known one, else "". Raises NotAFeed."""
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    if found == "utf-7":
        raise NotAFeed("encoding", "the document is in UTF-7")
    found = _MEANT.get(found, found)
    return found if found in _KNOWN else ""


def _decode(document: bytes, name: str) -> str:
    text = document.decode(name, "replace")
    if name != "utf-8" or not 0 < text.count("\ufffd") <= _STRAY_BYTES:
        return text  # and a document full of stray bytes is not text
    return document.decode(name, "wireroom-stray")


def _stray(error: UnicodeError) -> tuple[str, int]:
    """A codec error handler: a byte that is not UTF-8 is the windows-1252 character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.start + 3]
    if len(bad) == 3 and bad[0] == 0xED and bad[1] >= 0xA0:  # a surrogate, encoded by itself
        return "\ufffd", error.start + 3
    return bad[:1].decode("cp1252", "replace"), error.start + 1


codecs.register_error("wireroom-stray", _stray)

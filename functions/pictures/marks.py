"""Whose a picture is: the copyright and the credit in its metadata, which stay with it.

Agencies write them in one or more of three ways, of which the later ones are read only for what the
earlier ones do not say: IPTC IIM, XMP and Exif.
https://iptc.org/std/photometadata/specification/IPTC-PhotoMetadata
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree
from msgspec import Struct
from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

LONGEST = 300  # characters of each
CREDIT, COPYRIGHT = (2, 110), (2, 116)  # datasets of IIM
_XMP_BYTES = 1 << 20
_CREDITS = "{http://ns.adobe.com/photoshop/1.0/}Credit"
_RIGHTS = "{http://purl.org/dc/elements/1.1/}rights"


class Marks(Struct, frozen=True):
    copyright: str = ""
    credit: str = ""

    def exif(self) -> bytes:
        """Both as the only metadata of a file; b"" if there are none. In UTF-8, as is usual, though
        Exif knows only ASCII."""
        exif = Image.Exif()
        if self.copyright:
            exif[ExifTags.Base.Copyright] = self.copyright.encode()
        if self.credit:
            exif[ExifTags.Base.Artist] = self.credit.encode()
        return exif.tobytes() if len(exif) else b""


def marks_of(picture: ImageFile.ImageFile) -> Marks:
    """What the metadata of `picture` say. Metadata that can't be read say nothing."""
    copyright_, credit = "", ""
    for read in (_iptc, _xmp, _exif):
        try:
            found = read(picture)
        except Exception:  # noqa: BLE001, S112 (anybody's bytes, and the picture is fine)
            continue
        copyright_, credit = copyright_ or found.copyright, credit or found.credit
    return Marks(copyright_, credit)


def _iptc(picture: ImageFile.ImageFile) -> Marks:
    found = IptcImagePlugin.getiptcinfo(picture) or {}
    return Marks(_line(found.get(COPYRIGHT)), _line(found.get(CREDIT)))


def _exif(picture: Image.Image) -> Marks:
    exif: Mapping[int, object] = picture.getexif()
    return Marks(_line(exif.get(ExifTags.Base.Copyright)), _line(exif.get(ExifTags.Base.Artist)))


def _xmp(picture: Image.Image) -> Marks:
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    data = packet.encode() if isinstance(packet, str) else bytes(packet)
    if not data or len(data) > _XMP_BYTES:
        return Marks()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(data.strip(b"\0 \r\n\t"), parser)
    if root.getroottree().docinfo.doctype:
        return Marks()  # no XMP has one; its entities could stand for anything
    return Marks(_line(next(_said(root, _RIGHTS), "")), _line(next(_said(root, _CREDITS), "")))


def _said(root: etree._Element, name: str) -> Iterator[str]:
    """The texts of a property, which is an attribute, an element, or a list of languages in one."""
    for element in root.iter(etree.Element):
        if text := element.get(name):
            yield text
        if element.tag == name and (text := "".join(element.itertext()).strip()):
            first = next((each for each in element.iter() if each.text and each.text.strip()), None)
            yield first.text if first is not None and first.text else text


def _line(value: object) -> str:
    """One line of text from whatever a field holds."""
    if isinstance(value, list):
        value = b", ".join(each for each in value if isinstance(each, bytes))
    text = value if isinstance(value, str) else ""
    if isinstance(value, bytes):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]

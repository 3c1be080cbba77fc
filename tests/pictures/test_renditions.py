"""What becomes of the bytes of a picture."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from renditions import PIXELS, SHARE, WIDTHS, renditions
from tests.pictures.drawing import bomb, drawn, written
from wireroom.errors import PictureRefused

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def corners(data: bytes) -> str:
    """The colours of the quarters, from the upper left to the lower right: `r` or `b`."""
    picture = opened(data).convert("RGB")
    found = ""
    for y in (0.25, 0.75):
        for x in (0.25, 0.75):
            red, _, blue = picture.getpixel((int(picture.width * x), int(picture.height * y)))
            found += "r" if red > blue else "b"
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_of_each_format_is_shown_as_it_was_sent(kind: str) -> None:
    made = renditions(written(drawn(), kind))
    assert corners(made.files[640]) == "rbbb"
    assert corners(made.share) == "rbbb"


def test_a_large_picture_comes_in_four_widths_and_its_share_picture_in_the_size_of_cards() -> None:
    made = renditions(written(drawn(3000, 2000)))
    assert [opened(data).size for data in made.files.values()] == [
        (320, 213), (640, 427), (1024, 683), (1600, 1067),
    ]  # fmt: skip
    assert (made.width, made.height) == (1600, 1067)
    assert {opened(data).format for data in made.files.values()} == {"WEBP"}
    share = opened(made.share)
    assert (share.format, share.size, made.share_size) == ("JPEG", SHARE, SHARE)


@pytest.mark.parametrize(
    ("size", "widths", "share"),
    [
        ((1600, 900), [320, 640, 1024, 1600], (1200, 630)),
        ((800, 600), [320, 640, 800], (800, 420)),
        ((320, 200), [320], (320, 168)),
        ((300, 200), [300], (300, 158)),
        ((3, 3), [3], (3, 2)),
        ((900, 9000), [320, 640, 900], (900, 472)),
        ((30_000, 700), [320, 640, 1024, 1600], (1200, 630)),
        ((30_000, 3), [320, 640, 1024, 1600], (6, 3)),
    ],
)
def test_nothing_is_enlarged(
    size: tuple[int, int], widths: list[int], share: tuple[int, int]
) -> None:
    made = renditions(written(drawn(*size), "PNG", compress_level=1))
    assert list(made.files) == widths
    assert [opened(data).width for data in made.files.values()] == widths
    assert made.share_size == share


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_was_taken_sideways_is_turned_upright(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    taken = drawn(800, 400)
    if orientation > 1:
        taken = taken.transpose(turns[orientation])
    made = renditions(written(taken, exif=exif))
    assert (made.width, made.height) == (800, 400)
    assert corners(made.files[640]) == "rbbb"
    assert not opened(made.files[640]).getexif()


def test_metadata_are_dropped_but_the_copyright_and_the_credit() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Copyright] = "© 2026 Asha Rao".encode()
    exif[ExifTags.Base.Artist] = "PTN / Asha Rao"
    exif[ExifTags.Base.Make] = "Camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    for kind in ("JPEG", "WEBP", "PNG", "AVIF"):
        made = renditions(written(drawn(), kind, exif=exif))
        assert made.credit == "PTN / Asha Rao"
        for data in (made.files[320], made.share):
            kept = opened(data).getexif()
            assert set(kept) == {ExifTags.Base.Copyright, ExifTags.Base.Artist}
            assert kept[ExifTags.Base.Artist] == "PTN / Asha Rao"
            assert b"2026 Asha Rao" in data
            assert b"Camera" not in data


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="PTN Photo"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">
 (c) PTN</rdf:li><rdf:li xml:lang="de">(c) PTN Agentur</rdf:li></rdf:Alt></dc:rights>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_the_credit_is_read_from_xmp_and_from_what_agencies_wrote_before_it() -> None:
    made = renditions(written(drawn(), "WEBP", xmp=XMP))
    assert made.credit == "PTN Photo"
    assert b"(c) PTN" in made.files[320]
    assert b"Agentur" not in made.files[320]
    credit = b"PTN / B. Iim."
    record = b"\x1c\x02\x6e" + len(credit).to_bytes(2, "big") + credit
    block = (
        b"8BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record + b"\0" * (len(record) % 2)
    )
    marker = b"Photoshop 3.0\0" + block
    plain = written(drawn())
    marked = plain[:2] + b"\xff\xed" + (len(marker) + 2).to_bytes(2, "big") + marker + plain[2:]
    assert renditions(marked).credit == "PTN / B. Iim."


def test_xmp_that_reads_files_or_is_no_xml_says_nothing() -> None:
    for packet in (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x '
        b'xmlns:p="http://ns.adobe.com/photoshop/1.0/"><p:Credit>&e;</p:Credit></x>',
        b"<x",
        b"\0",
    ):
        assert renditions(written(drawn(), "WEBP", xmp=packet)).credit == ""


def test_colours_of_a_profile_are_those_that_browsers_show() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = renditions(written(drawn(), icc_profile=profile))
    assert corners(made.files[640]) == "rbbb"
    assert "icc_profile" not in opened(made.files[640]).info


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("L", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"),
     ("RGBA", "WEBP"), ("RGBA", "AVIF")],
)  # fmt: skip
def test_every_kind_of_colour_becomes_one_that_browsers_show(mode: str, kind: str) -> None:
    picture = drawn(400, 300, "L" if mode == "I;16" else mode)
    if mode == "I;16":
        picture = picture.convert("I").point(lambda value: value * 256).convert("I;16")
    made = opened(renditions(written(picture, kind)).files[320])
    assert made.mode == "RGB"
    wanted = drawn(400, 300, "L" if mode in {"L", "LA", "I;16", "1"} else "RGB").convert("RGB")
    if mode != "1":  # dots
        for place in ((40, 40), (200, 200)):
            seen, sent = made.getpixel(place), wanted.getpixel(place)
            assert all(abs(a - b) < 12 for a, b in zip(seen, sent, strict=True))


def test_what_is_transparent_is_white_whatever_the_readers_theme() -> None:
    picture = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    made = renditions(written(picture, "PNG"))
    assert opened(made.files[320]).getpixel((100, 100)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_picture_that_moves_stands_still_at_its_beginning(kind: str) -> None:
    frames = [drawn(400, 300), Image.new("RGB", (400, 300), "black")]
    made = opened(
        renditions(written(frames[0], kind, save_all=True, append_images=frames[1:])).files[320]
    )
    assert getattr(made, "n_frames", 1) == 1
    red, _, _ = made.getpixel((40, 40))
    assert red > 150


WHOLE = written(drawn())
UNUSABLE = {
    "0 bytes": (b"", "empty: there are no bytes"),
    "only white space": (b" \r\n" * 50, "empty"),
    "a page": (b"<!DOCTYPE html><title>Not found</title>", "not-a-picture: a page or other text"),
    "an SVG": (b'<?xml version="1.0"?><svg xmlns="s"/>', "not-a-picture: an SVG"),
    "a format that is not taken": (written(drawn(), "TIFF"), "not-a-picture: of no known format"),
    "text": (b"Story\n" * 100, "not-a-picture"),
    "a JPEG cut in half": (WHOLE[: len(WHOLE) // 2], "broken"),
    "a PNG cut in half": (written(drawn(), "PNG")[:900], "broken"),
    "a WebP cut in half": (written(drawn(), "WEBP")[:400], "broken"),
    "an AVIF cut in half": (written(drawn(), "AVIF")[:600], "broken"),
    "the header alone": (WHOLE[:20], "not-a-picture"),
    "a bomb": (bomb(30_000, 30_000), "too-many-pixels: more than 40 million"),
    "a bomb that Pillow only warns of": (bomb(8_000, 6_000), "too-many-pixels"),
    "a strip": (written(drawn(100, 17_000), "PNG"), "too-tall: 100 × 17000 pixels"),
    "a pixel that counts readers": (written(drawn(1, 1), "GIF"), "too-small: 1 × 1 pixels"),
    "more bytes than are taken": (WHOLE + bytes(20 << 20), "too-large: larger than 20 MB"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_is_no_picture_has_a_named_reason(what: str) -> None:
    data, reason = UNUSABLE[what]
    with pytest.raises(PictureRefused) as caught:
        renditions(data)
    assert str(caught.value).startswith(reason)
    assert caught.value.state == reason.partition(":")[0]


@pytest.mark.slow
def test_forty_million_pixels_are_taken() -> None:
    assert renditions(bomb(8_000, PIXELS // 8_000)).width == WIDTHS[-1]


def test_the_name_is_that_of_the_bytes() -> None:
    one, two = written(drawn()), written(drawn(801))
    assert renditions(one).name == renditions(one).name != renditions(two).name
    assert renditions(one) == renditions(one)


@given(st.binary(max_size=300), st.integers(0, len(WHOLE) - 1), st.sampled_from(FORMATS))
def test_any_bytes_are_a_picture_or_have_a_named_reason(junk: bytes, place: int, kind: str) -> None:
    whole = written(drawn(40, 30), kind)
    place %= len(whole)
    for data in (junk, whole[:place] + junk + whole[place:], whole[:place] + junk):
        with suppress(PictureRefused):
            assert renditions(data).files

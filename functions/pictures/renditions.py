"""A picture's bytes, from anybody → its renditions for the site, or the reason why there are none.

    bytes ─► a format that is taken ─► size ─► decoded whole ─► sRGB ─► upright ─► on white
          ─► WebP in each of WIDTHS, and a JPEG crop for cards that are shared

Nothing is taken from what others say about the picture: neither its name nor its media type. The
renditions carry no metadata but the copyright and the credit.
"""

from __future__ import annotations

import warnings
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from marks import marks_of
from wireroom.errors import PictureRefused
from wireroom.model import Renditions

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")  # an SVG is a document, with scripts and links
BYTES = 20 << 20
PIXELS = 40_000_000
LEAST = 3  # pixels of a side: what is smaller counts readers
WIDTHS = (320, 640, 1024, 1600)
SHARE = (1200, 630)  # what cards of social networks show whole
WEBP_QUALITY, WEBP_EFFORT = 80, 4  # docs/decisions.md has the measurements
JPEG_QUALITY = 82
TALLEST = 16_383  # pixels: a WebP can't have more
RECIPE = b"1"  # in the name's hash: another recipe gives other bytes, and needs other names

# By itself Pillow only warns. It looks at the size before anything is decoded.
Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def renditions(data: bytes) -> Renditions:
    """The renditions of the picture `data`: its first frame, if it moves. The largest is as wide as
    the picture, at most WIDTHS[-1]. Raises PictureRefused."""
    picture = _opened(data)
    whole = _decoded(picture)
    marks = marks_of(picture)
    exif = marks.exif()
    widths = [width for width in WIDTHS if width < whole.width]
    if len(widths) < len(WIDTHS):
        widths.append(whole.width)
    files: dict[int, bytes] = {}
    height = 1
    for width in widths:
        height = max(1, round(whole.height * width / whole.width))
        if height > TALLEST:
            raise PictureRefused("too-tall", f"{picture.width} × {picture.height} pixels")
        small = whole.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        files[width] = _written(small, "WEBP", quality=WEBP_QUALITY, method=WEBP_EFFORT, exif=exif)
    share = _share(whole)
    return Renditions(
        name=name_of(data),
        width=widths[-1],
        height=height,
        files=files,
        share=_written(
            share, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True, exif=exif
        ),
        share_size=share.size,
        credit=marks.credit,
    )


def name_of(data: bytes) -> str:
    """The name of all renditions of the picture `data`."""
    return blake2b(RECIPE + data, digest_size=20).hexdigest()


def _opened(data: bytes) -> ImageFile.ImageFile:
    """The picture, whose header only has been read."""
    if not data.strip():
        raise PictureRefused("empty", "there are no bytes")
    if len(data) > BYTES:
        raise PictureRefused("too-large", f"larger than {BYTES >> 20} MB")
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        taken = ", ".join(FORMATS)
        raise PictureRefused("not-a-picture", f"{_kind(data)}; expected one of {taken}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many() from None
    except Exception as error:
        raise PictureRefused(
            "broken", f"its header can't be read ({type(error).__name__})"
        ) from error
    if picture.width * picture.height > PIXELS:
        raise _too_many()
    if min(picture.size) < LEAST:
        raise PictureRefused("too-small", f"{picture.width} × {picture.height} pixels")
    return picture


def _kind(data: bytes) -> str:
    start = data[:1000].lstrip().lower()
    if b"<svg" in start:
        return "an SVG, which is not shown"
    return "a page or other text" if start.startswith(b"<") else "of no known format"


def _too_many() -> PictureRefused:
    return PictureRefused("too-many-pixels", f"more than {PIXELS // 1_000_000} million")


def _decoded(picture: ImageFile.ImageFile) -> Image.Image:
    """The picture's first frame in sRGB, upright, without transparency, and not much larger than it
    is needed."""
    try:
        # A JPEG can be decoded at a half, a quarter or an eighth of its size.
        picture.draft(None, _needed(picture.size))
        picture.load()
        return _on_white(_in_srgb(_upright(picture)))
    except Exception as error:
        raise PictureRefused("broken", f"it can't be decoded whole ({_message(error)})") from error


def _needed(size: tuple[int, int]) -> tuple[int, int]:
    """The least size from which all renditions can be made without enlarging."""
    scale = min(1.0, WIDTHS[-1] / min(size))  # of either side, as it may be turned yet
    return round(size[0] * scale), round(size[1] * scale)


def _message(error: Exception) -> str:
    text = " ".join(str(error).split())[:100]
    return text if text.isprintable() and text else type(error).__name__


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 (broken metadata do not make a broken picture)
        return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """In 8 bits a channel, RGB or RGBA, and in the colours that browsers show without a profile."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # 16 bits
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    see_through = picture.has_transparency_data
    if profile and picture.mode in {"RGB", "CMYK", "L"} and not see_through:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            made = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except Exception:  # noqa: BLE001 (a profile that is of no use is left aside)
            made = None
        if made is not None:
            return made
    return picture.convert("RGBA" if see_through else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, as the colour behind it would depend on the reader's theme."""
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _share(picture: Image.Image) -> Image.Image:
    """A part of the picture in the shape of SHARE, and no larger than the picture. Of what is too
    tall, more is cut off below than above, where faces are."""
    scale = min(1.0, picture.width / SHARE[0], picture.height / SHARE[1])
    size = (max(1, round(SHARE[0] * scale)), max(1, round(SHARE[1] * scale)))
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=(0.5, 0.33))


def _written(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()

"""WebP or AVIF: bytes and processor time of a picture's renditions at equal quality.

    python bench/pictures.py PHOTO…        photographs, the larger the better

For each width and photograph the quality of AVIF is searched that gives the same peak
signal-to-noise ratio as WebP at the quality that Wireroom uses. Prints a line for each format and
effort: bytes and seconds of all renditions together.
"""

from __future__ import annotations

import math
import sys
import time
from collections import defaultdict
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "pictures"))

from PIL import Image, ImageChops, ImageStat  # noqa: E402

from renditions import WEBP_EFFORT, WEBP_QUALITY, WIDTHS  # noqa: E402


def psnr(a: Image.Image, b: Image.Image) -> float:
    """How alike two pictures are: the peak signal-to-noise ratio of their luma, in dB."""
    difference = ImageChops.difference(a.convert("L"), b.convert("L"))
    return 20 * math.log10(255 / max(ImageStat.Stat(difference).rms[0], 1e-6))


def written(picture: Image.Image, kind: str, **options: object) -> tuple[bytes, float]:
    started, out = time.process_time(), BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue(), time.process_time() - started


def like(picture: Image.Image, quality: float, speed: int) -> tuple[bytes, float]:
    """The smallest AVIF that is at least as good as `quality`."""
    low, high = 20, 95
    best = written(picture, "AVIF", quality=high, speed=speed, max_threads=1)
    while low < high:
        middle = (low + high) // 2
        made = written(picture, "AVIF", quality=middle, speed=speed, max_threads=1)
        if psnr(picture, Image.open(BytesIO(made[0]))) >= quality:
            best, high = made, middle
        else:
            low = middle + 1
    return best


def main() -> None:
    total: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name in sys.argv[1:]:
        photo = Image.open(name).convert("RGB")
        for width in (each for each in WIDTHS if each <= photo.width):
            height = round(photo.height * width / photo.width)
            small = photo.resize((width, height), Image.Resampling.LANCZOS)
            for effort in (WEBP_EFFORT, 6):
                made = written(small, "WEBP", quality=WEBP_QUALITY, method=effort)
                if effort == WEBP_EFFORT:
                    quality = psnr(small, Image.open(BytesIO(made[0])))
                add(total[f"WebP, method {effort}"], made)
            for speed in (6, 8, 10):
                add(total[f"AVIF, speed {speed}"], like(small, quality, speed))
    for name, (size, seconds) in total.items():
        print(f"{name:16} {size / 1000:8.0f} kB {seconds:7.2f} s")


def add(total: list[float], made: tuple[bytes, float]) -> None:
    total[0] += len(made[0])
    total[1] += made[1]


if __name__ == "__main__":
    main()

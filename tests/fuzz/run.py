"""One target under atheris: `python -m tests.fuzz.run TARGET [FOLDER] [libFuzzer's options]`.

FOLDER keeps what the fuzzer has found interesting between runs; it starts with our seeds. A
finding ends the run with a traceback and leaves its input in the working directory.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wireroom", "feedparser"]):
    from tests.fuzz.seeds import corpus
    from tests.fuzz.targets import TARGETS

# Seconds for one input and MiB for the whole: beyond them libFuzzer reports a finding.
LIMITS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=40000")
WORDS = Path(__file__).parent / "words.dict"


def main(target: str, folder: str, *options: str) -> None:
    """Fuzz `target` until libFuzzer's options say that it is enough."""
    corpus(target, Path(folder))
    atheris.Setup([sys.argv[0], folder, f"-dict={WORDS}", *LIMITS, *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

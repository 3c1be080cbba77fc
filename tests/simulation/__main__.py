"""`python -m tests.simulation simulate SEED` or `soak [FIRST [PROCESSES]]`."""

from __future__ import annotations

import os
import sys

from tests.simulation.soak import simulate, soak


def main(arguments: list[str]) -> int:
    match arguments:
        case ["simulate", seed]:
            return simulate(int(seed))
        case ["soak", *rest]:
            first = int(rest[0]) if rest else 1000
            soak(first, int(rest[1]) if len(rest) > 1 else os.cpu_count() or 1)
    print(__doc__)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

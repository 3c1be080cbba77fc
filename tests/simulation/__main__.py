"""`python -m tests.simulation simulate SEED` or `soak [FIRST [SEEDS [PROCESSES]]]`."""

from __future__ import annotations

import os
import sys

from tests.simulation.soak import simulate, soak


def main(arguments: list[str]) -> int:
    match arguments:
        case ["simulate", seed]:
            return simulate(int(seed))
        case ["soak", *rest]:
            first, seeds, processes = [*map(int, rest), *(1000, 0, 0)[len(rest) :]]
            return soak(first, seeds or None, processes or os.cpu_count() or 1)
    print(__doc__)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How long `import printkit` takes, beyond what the bare interpreter takes to start.

Fresh interpreters are started in turn, with and without the import, in alternating order, and the medians of pairs are compared.
A null pair (two bare interpreters) shows how much of the figure is noise.
"""

import argparse
import statistics
import subprocess
import sys
import time

BARE = "pass"
PROGRAMS = {"nothing (null pair)": BARE, "import printkit": "import printkit", "import aiohttp, for comparison": "import aiohttp"}


def seconds(program: str) -> float:
    """How long one fresh interpreter takes to run ``program`` and end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - start


def beyond_bare(program: str, rounds: int) -> list[float]:
    """Milliseconds that ``program`` takes beyond a bare interpreter, one figure for each round."""
    found: list[float] = []
    for number in range(rounds):
        pair = [BARE, program] if number % 2 else [program, BARE]
        first, second = seconds(pair[0]), seconds(pair[1])
        found.append(1000 * (second - first if number % 2 else first - second))
    return found


def main() -> int:
    """Print the table; with a limit, fail when `import printkit` is above it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=30, help="pairs of interpreters for each line (default: 30)")
    arguments.add_argument("--limit", type=float, metavar="MS", help="exit 1 when the median of 'import printkit' is above this")
    options = arguments.parse_args()

    seconds("import printkit, aiohttp")  # write the bytecode files, fill the file cache
    medians = {}
    print(f"{'milliseconds beyond a bare interpreter':40} {'median':>8} {'quartiles':>16}")
    for name, program in PROGRAMS.items():
        found = beyond_bare(program, options.rounds)
        low, medians[name], high = statistics.quantiles(found, n=4)
        print(f"{name:40} {medians[name]:8.1f} {low:7.1f} … {high:.1f}")
    return int(options.limit is not None and medians["import printkit"] > options.limit)


if __name__ == "__main__":
    sys.exit(main())

"""The command ``printkit``. Imports none of what the extra ``cli`` brings until it runs, so that it can say what is missing."""

import sys

_WANTED = frozenset({"click", "rich"})


def main() -> None:
    """Run the command line and exit; what the exit codes mean stands in ``printkit --help``."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _WANTED:
            raise
        print("printkit: the command line needs its extra: python -m pip install '.[cli]' in a clone", file=sys.stderr)
        sys.exit(3)
    sys.exit(run(sys.argv[1:]))

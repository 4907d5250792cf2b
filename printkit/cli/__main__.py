"""``python -m printkit.cli``: the same as the command ``printkit``."""

from . import main

main()

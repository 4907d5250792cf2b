"""Files that only their owner may read, because people's addresses stand in them. Knows nothing of what is written."""

import contextlib
import os
from pathlib import Path


def begin(path: Path) -> None:
    """Make the file, if it is not there, readable by its owner alone. What cannot be made here fails where it is opened."""
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

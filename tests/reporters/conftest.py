"""Where the modules are that these tests share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for small_statements, under any import mode of pytest
for room in ("store", "merging"):  # for gifts and exports
    sys.path.insert(0, str(Path(__file__).parents[1] / room))

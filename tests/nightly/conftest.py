import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for nights, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parents[1] / "parsers"))  # for ledgers and writers
sys.path.insert(0, str(Path(__file__).parents[1] / "merging"))  # for exports
sys.path.insert(0, str(Path(__file__).parents[1] / "reporters"))  # for readback
sys.path.insert(0, str(Path(__file__).parents[1] / "store"))  # for servers
sys.path.insert(0, str(Path(__file__).parents[1] / "reporters"))  # for readback

from servers import postgres

__all__ = ["postgres"]

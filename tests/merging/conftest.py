import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for exports, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parents[1] / "parsers"))  # for ledgers

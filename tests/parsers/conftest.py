import sys
from pathlib import Path

# the made-up ledgers that several files here share
sys.path.insert(0, str(Path(__file__).parent))

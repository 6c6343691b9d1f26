import sys
from pathlib import Path

# what is shared with the tests of the parsers: the samples to be damaged
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "parsers")]

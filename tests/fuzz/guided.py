"""Fuzzing led by what the code does with the bytes: those that reach a new branch are changed further.

Run by `make fuzz`, FUZZ_SECONDS long. The samples are where it begins; what it finds is written to out/fuzz/ and
belongs into test_finds.py as a case with a name.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ModuleNotFoundError:
    sys.exit("atheris, which leads the fuzzing, is not here: it is made for Linux on Intel alone. See `make fuzz`.")

with atheris.instrument_imports(include=["reconcile", "ofxparse"]):
    import reconcile.parsers
    import reconcile.parsers.layouts.ofx

    reconcile.parsers.known_layouts()

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "parsers")]

from pieces import CORPUS, HOSTILE, NAME  # noqa: E402
from target import read  # noqa: E402

OUT = HERE.parents[1] / "out" / "fuzz"


def main() -> None:
    """Fuzz for FUZZ_SECONDS; the process ends with an error at the first find."""
    seconds = int(os.environ.get("FUZZ_SECONDS", "600"))
    for folder in (OUT, OUT / "corpus"):
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in CORPUS.items():
        (OUT / "corpus" / name).write_bytes(content)
    words = [w.encode("utf-8", "replace") for w in HOSTILE if w]
    quoted = ("".join(f"\\x{byte:02x}" for byte in word[:60]) for word in words)
    (OUT / "words").write_text("".join(f'"{word}"\n' for word in quoted), encoding="ascii")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / NAME
        options = [f"-max_total_time={seconds}", "-max_len=8192", f"-dict={OUT / 'words'}", "-timeout=20"]
        options += [f"-artifact_prefix={OUT}/", "-print_final_stats=1", "-rss_limit_mb=1500", str(OUT / "corpus")]
        atheris.Setup([sys.argv[0], *options], lambda content: read(path, content))
        atheris.Fuzz()


if __name__ == "__main__":
    main()

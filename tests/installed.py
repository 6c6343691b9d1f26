"""Tries the package as it is installed, without the checkout: `make package` runs it by the Python that has it.

`python installed.py SAMPLES FOLDER` works in FOLDER, with the sample statements at SAMPLES, and stops at what fails.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

PACKAGE_DATA = ("py.typed", "funds.csv", "matching/beside.csv", "matching/measured.csv", "matching/names.csv")
PACKAGE_DATA += ("matching/ordinary.txt", "matching/translations.csv")


def main(samples: Path, folder: Path) -> None:
    """Package data, entry point, and the way from a statement to a verified workbook and a night's store."""
    import reconcile as rc

    home = Path(rc.__file__).resolve()
    assert Path(sys.prefix).resolve() in home.parents, f"{home} is not the installed one"
    for name in PACKAGE_DATA:
        assert files("reconcile").joinpath(name).is_file(), f"{name} is not in the package"
    for name in rc.__all__:
        assert getattr(rc, name)
    assert "reconcile" in {entry.name for entry in distribution("reconcile").entry_points}

    month, register = samples / "history-2018-09.csv", samples / "campaigns.csv"
    done("--version", folder=folder)
    done("run", month, "--campaigns", register, "--out", "out", folder=folder)
    done("verify", "out/reconciliation-2018-09.xlsx", "--statements", month, "--campaigns", register, folder=folder)
    done("init", "books", folder=folder)
    (folder / "books" / "campaigns.csv").write_bytes(register.read_bytes())
    done("nightly", "--config", "books/reconcile.toml", folder=folder)
    done("verify", "--config", "books/reconcile.toml", folder=folder)
    print(f"reconcile {rc.__version__} works as it is installed")


def done(*arguments: object, folder: Path) -> None:
    """Run the command that the package brought."""
    program = Path(sys.executable).with_name("reconcile.exe" if sys.platform == "win32" else "reconcile")
    subprocess.run([program, *map(str, arguments)], cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())

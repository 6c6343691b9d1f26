"""Draws docs/pictures/ from the sample month: pages of its workbook, and a part of the first notebook.

`make pictures` runs it. LibreOffice Calc prints the workbook, poppler and Chromium draw; what is missing is named.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from PIL import Image

import reconcile as rc

ROOT = Path(__file__).parents[1]
PICTURES, SAMPLES = ROOT / "docs" / "pictures", ROOT / "sample_statements"
SHEETS = ("Summary", "Transactions", "To review", "Control")
NOTEBOOK, CELLS = "01_first_reconciliation.ipynb", slice(9, 14)
WIDTH, COLOURS = 1000, 48


def main() -> None:
    """Write every picture anew."""
    needed = {name: shutil.which(name) for name in ("soffice", "pdftotext", "pdftoppm", "chromium")}
    if missing := [name for name, found in needed.items() if not found]:
        sys.exit(f"not installed: {', '.join(missing)}")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        draw_workbook(Path(folder))
        draw_notebook(Path(folder))


def draw_workbook(folder: Path) -> None:
    """The first page of each of these sheets, as it is printed."""
    campaigns, funds = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
    statement = rc.read_statement(SAMPLES / "history-2018-09.csv")
    matches = rc.match(statement.transactions, campaigns, funds=funds)
    book = folder / "september-2018.xlsx"
    rc.write_workbook(book, statements=[statement], matches=matches, campaigns=campaigns, funds=funds)
    done("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf", book)
    pdf = folder / "september-2018.pdf"
    pages = done("pdftotext", "-layout", pdf, "-").split("\f")
    for sheet in SHEETS:
        page = next(
            number for number, text in enumerate(pages, start=1) if f" {sheet} " in text.strip().split("\n")[-1]
        )
        drawn = folder / sheet
        done("pdftoppm", "-png", "-r", "110", "-f", page, "-l", page, "-singlefile", pdf, drawn)
        keep(drawn.with_suffix(".png"), f"workbook-{sheet.lower().replace(' ', '-')}.png")


def draw_notebook(folder: Path) -> None:
    """Some cells of a notebook with what they show."""
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    notebook.cells = notebook.cells[CELLS]
    page, drawn = folder / "notebook.html", folder / "notebook.png"
    page.write_text(HTMLExporter(template_name="classic").from_notebook_node(notebook)[0], encoding="utf-8")
    window = ("--hide-scrollbars", f"--window-size={WIDTH},1600")
    done("chromium", "--headless", "--no-sandbox", "--disable-gpu", *window, f"--screenshot={drawn}", page.as_uri())
    keep(drawn, "notebook.png")


def done(program: str, *arguments: object) -> str:
    """What the program printed; it stops all where it fails."""
    command = [program, *map(str, arguments)]
    folder = next(a.parent for a in arguments if isinstance(a, Path)) if program == "soffice" else None
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=180).stdout


def keep(drawn: Path, name: str) -> None:
    """The picture without its empty borders, small enough to lie in a repository."""
    with Image.open(drawn) as picture:
        plain = picture.convert("RGB")
        inked = plain.convert("L").point(lambda shade: 255 if shade < 250 else 0).getbbox() or (0, 0, *plain.size)
        left, top, right, bottom = inked
        border = (max(0, left - 12), max(0, top - 12), min(plain.width, right + 12), min(plain.height, bottom + 12))
        plain = plain.crop(border)
        plain.thumbnail((WIDTH, WIDTH * 2), Image.Resampling.LANCZOS)
        plain.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURES / name, optimize=True)
    print(f"{name}: {(PICTURES / name).stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()

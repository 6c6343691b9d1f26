"""The notebooks run top to bottom from a clean copy, and show what they were kept with."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def texts(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """What each cell shows as text, pictures left out; what is printed in one, however it came in pieces."""
    return [_told(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def _told(outputs: list[nbformat.NotebookNode]) -> list[str]:
    printed = "".join(o.text for o in outputs if o.output_type == "stream")
    shown = [o.data["text/plain"] for o in outputs if "data" in o and "image/png" not in o.data]
    return [printed, *shown] if printed else shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")  # of the notebook machinery, not ours
def test_a_notebook_runs_and_shows_what_it_was_kept_with(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="the extra `notebook` is not installed")
    shutil.copytree(ROOT / "sample_statements", tmp_path / "sample_statements")
    (tmp_path / "notebooks").mkdir()
    kept = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=300, resources={"metadata": {"path": str(tmp_path / "notebooks")}}).execute()
    assert texts(fresh) == texts(kept)
    errors = [o for cell in fresh.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    assert errors == []
    assert list((tmp_path / "out").glob("*.xlsx"))


@pytest.mark.filterwarnings("ignore")
def test_an_error_is_shown_in_a_notebook_by_the_line_of_the_reader_and_what_to_do_alone() -> None:
    pytest.importorskip("ipykernel", reason="the extra `notebook` is not installed")
    cell = nbformat.v4.new_code_cell('import reconcile as rc\nrc.read_statement("none.csv")')
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, timeout=300, allow_errors=True).execute()
    (error,) = notebook.cells[0].outputs
    message = "UnreadableFile: none.csv: is not there. Check the name and the folder."
    assert error["traceback"] == ['line 2: rc.read_statement("none.csv")', message]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS

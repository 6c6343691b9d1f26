"""What all rooms share: hypothesis without a deadline, and LibreOffice as the second opinion on a workbook."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("reconcile", deadline=None)
settings.load_profile("reconcile")


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """A function that has LibreOffice open a workbook and save it in another form."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("profile")

    def convert(path: Path, form: str) -> Path:
        out = path.parent / "converted"
        command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", form]
        subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
        return out / f"{path.stem}.{form.split(':', maxsplit=1)[0]}"

    return convert

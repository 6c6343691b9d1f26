"""What `reconcile init` makes: settings to be filled in, the folders they name and a register with an example in it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from reconcile.errors import ConfigRefused, shown

SETTINGS = "reconcile.toml"

_FOLDERS = ("inbox", "out")

EXAMPLE = "EXAMPLE"
_REGISTER = f"""\
code,name,aliases,opens,closes
{EXAMPLE},Example Appeal,Example Campaign|Example Drive,2000-01-01,2000-12-31
"""

_TOML = """\
# The settings of the nightly job: reconcile nightly --config reconcile.toml
# A line that begins with # says nothing to the program. Relative paths begin in the folder of this file.
# On Windows write paths with / or in single quotes: 'D:\\statements'.

# Who is put on record for what the job does; the user that runs it when left out.
# operator = "Finance office"

[inbox]
# Where the bank's exports arrive, one folder or several. Files in them are read and never changed or moved.
folders = ["inbox"]
# A file changed less than this many seconds ago is still being written and waits for the next night.
settle_seconds = 60

[register]
# The campaigns: code, name, aliases (with | between), and the days they open and close, both may be empty.
campaigns = "campaigns.csv"
# The funds and their spellings, where those built in are not enough.
# funds = "funds.csv"

[receipts]
# The charity's own receipts, a file or a folder of them (CSV or XLSX): each month is then held against them.
# files = "receipts"
# A gateway's reports of what it paid out, a file or a folder of them: its payouts are then shown gift by gift.
# Of several gateways: payouts = ["payfast", "yoco"]
# payouts = "payouts"
# What the files call our columns, where it is none of the usual headings.
# columns = { receipt_id = "Book no" }
# payout_columns = { payout = "Transfer" }

[store]
# What was imported and decided. Keep copies of this file, it cannot be made again from the bank's exports alone.
url = "sqlite:///reconcile.db"
# On a server: url = "postgresql:///name" on this machine, or "postgresql://user@host/name"

[accounts]
# The account numbers that belong here, each in quotes. A statement of another account is set apart, never mixed in.
# With none here, statements of any account are taken.
numbers = []

[output]
# Where the workbooks are written.
folder = "out"
# What each run did, one line for each step and nothing personal in it; no log is kept when left out.
log = "reconcile.log.jsonl"
# What the last run found, for programs to read.
report = "report.json"

[matching]
# The share of credited gifts that may be wrong; with 0 whatever is doubtful goes to a person.
max_wrong = 0

[privacy]
# For how many years what payers typed is kept; for good when left out.
# keep_years = 7
"""


def write_template(folder: str | os.PathLike[str]) -> list[Path]:
    """What was made in `folder`, readable by this user alone: inbox/, out/, campaigns.csv and reconcile.toml.

    Raises ConfigRefused when one of them is there already or cannot be made; none of them is then left behind.
    """
    home = Path(folder)
    files = {home / "campaigns.csv": _REGISTER, home / SETTINGS: _TOML}
    places = [*(home / name for name in _FOLDERS), *files]
    if there := [place.name for place in places if os.path.lexists(place)]:
        what = f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already"
        raise ConfigRefused(what, file=shown(home), do="Nothing was written. Name another folder.")
    made: list[Path] = []
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in places:
            _make(place, files.get(place), made)
    except OSError as fault:
        _take_back(made)
        do = "None of it was left behind. Check the folder, its rights and the space on the disk."
        raise ConfigRefused(f"cannot be written ({shown(fault.strerror)})", file=shown(home), do=do) from fault
    return made


def _make(place: Path, content: str | None, made: list[Path]) -> None:
    """A folder, or a file where there is content; noted in `made` as soon as it is there, and never over another."""
    if content is None:
        place.mkdir(mode=0o700)
        made.append(place)
        return
    handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    made.append(place)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)


def _take_back(made: list[Path]) -> None:
    for place in reversed(made):
        with suppress(OSError):
            place.rmdir() if place.is_dir() else place.unlink()

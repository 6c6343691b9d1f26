"""The settings of a nightly job read from its reconcile.toml: paths resolved, every fault told at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconcile.errors import ConfigRefused, shown
from reconcile.files import near
from reconcile.nightjob.logbook import masked
from reconcile.nightjob.settings import Config

__all__ = ["Config", "read_config"]

MOST_BYTES = 1_000_000
MOST_NAMED = 20
"""Faults told in one line."""

_TOML_FAULT = re.compile(r"(.*) \(at (?:line ([0-9]+), column [0-9]+|end of document)\)")
_FIELDS = {field.alias or name: field for name, field in Config.model_fields.items()}
_SECTIONS = {name: field.annotation for name, field in _FIELDS.items() if name != "operator"}


def read_config(path: str | os.PathLike[str]) -> Config:
    """The settings in a TOML file, its relative paths taken from the folder it lies in.

    Raises ConfigRefused, which names every setting that is missing, unknown or unfit, what stands there and what to
    write; also where a file of ours would lie in the inbox or two would be one.
    """
    file = Path(path)
    data = _read(file)
    for section in _SECTIONS:  # so that a section that is missing is told by the settings it lacks
        data.setdefault(section, {})
    try:
        config = Config.model_validate(data, context=file.absolute().parent)
        faults = list(_clashes(config, file))
    except ValidationError as fault:
        errors = fault.errors()
        # a list of which no entry is fit is also too short for pydantic: the entries say it better
        within = {error["loc"][:2] for error in errors if len(error["loc"]) > 2}
        faults = [_told(error, data) for error in errors if error["loc"] not in within]
    if faults:  # here, not above: a chained error would carry the values, and a password may be one
        several = f"{len(faults)} faults: " if len(faults) > 1 else ""
        more = f"; and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
        what = several + "; ".join(faults[:MOST_NAMED]) + more
        raise ConfigRefused(what, file=file.name, do="Correct the file and run again.")
    return config


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) <= MOST_BYTES:
            return tomllib.loads(content.decode("utf-8-sig"))
        what, line, do = f"has over {MOST_BYTES:,} bytes", None, "Name the file with the settings."
    except FileNotFoundError:
        make = "Name the settings with --config, or make some with reconcile init."
        what, line, do = "is not there", None, near(file) or make
    except OSError as fault:
        what, line, do = f"cannot be read ({shown(fault.strerror)})", None, "Check the name and the rights."
    except UnicodeDecodeError as fault:
        what, line, do = "is not written in UTF-8", content.count(b"\n", 0, fault.start) + 1, "Save it as UTF-8."
    except (ValueError, RecursionError) as fault:
        found = _TOML_FAULT.fullmatch(str(fault))
        said, line = (found[1], int(found[2]) if found[2] else None) if found else (str(fault), None)
        what, do = (
            f"is no TOML: {shown(masked(said))}",
            "Correct the line, or the one before it; text stands in quotes, '…'.",
        )
    raise ConfigRefused(what, file=file.name, line=line, do=do)


def _told(error: ErrorDetails, data: Mapping[str, Any]) -> str:
    """One fault of pydantic in our words: the setting, what stood there, what to write."""
    section, *rest = (str(part) for part in error["loc"][:2])
    label = f"[{_name(section)}] {_name(rest[0])}" if rest else _name(section)
    model = _SECTIONS.get(section)
    if error["type"] == "extra_forbidden":
        if model is None:
            return f"{label} is not known: there are operator and {', '.join(f'[{name}]' for name in _SECTIONS)}"
        if rest == ["operator"]:  # the last line of a file belongs to its last section
            return f"{label} is not known: write operator above the first section"
        return f"{label} is not known: [{section}] has {', '.join(model.model_fields)}"
    if not rest and model is not None:
        return f"{label} is {_stood(data[section])}: write it as a section, [{section}]"
    fields = model.model_fields if model is not None else _FIELDS
    write = f"write {fields[rest[0] if rest else section].description}"
    if error["type"] == "missing":
        return f"{label} is missing: {write}"
    value: Any = data
    for part in error["loc"]:
        value = part if part == "[key]" else value[part]
    if section == "store" and isinstance(value, str):  # behind the first colon there may be a password
        value = re.sub("^(?!sqlite)([^:]*:).*", r"\1…", value, flags=re.DOTALL)
    item = _item(error["loc"][2]) if len(error["loc"]) > 2 else ""
    return f"{label}{item} is {_stood(value)}: {write}"


def _item(part: int | str) -> str:
    """Which entry of a list or of a table."""
    return f", entry {part + 1}," if isinstance(part, int) else f" {_name(part)}"


def _name(text: str) -> str:
    return shown(masked(text), 40)


def _stood(value: object) -> str:
    """What stood in the file, without a whole account number."""
    match value:
        case str():
            return '"' + shown(masked(value), 60) + '"'
        case bool():
            return str(value).lower()
        case dict():
            return "a section"
        case list():
            return "a list" if value else "an empty list"
        case int() if value.bit_length() > 64:  # Python writes no number of thousands of digits
            return "a very large number"
    return shown(masked(str(value)), 60)


def _clashes(config: Config, file: Path) -> Iterator[str]:
    """Paths that would be read as statements, or that would overwrite each other."""
    inboxes = [(os.path.realpath(folder), folder) for folder in config.inbox.folders]
    for (one, _), (other, named) in combinations(inboxes, 2):
        if one == other:
            yield f'[inbox] folders has "{_name(named.name)}" twice: name each folder once'
    ours = _ours(config, file)
    for label, place in ours:
        for inbox, named in inboxes:
            if inbox in (place, *map(str, Path(place).parents)):
                yield f'{label} lies in the inbox "{_name(named.name)}": name a place outside it'
    for (one_label, one), (other_label, other) in combinations(ours, 2):
        if one == other:
            yield f"{one_label} and {other_label} are the same: give each a name of its own"


def _ours(config: Config, file: Path) -> Sequence[tuple[str, str]]:
    named = [
        ("this file", file),
        ("[register] campaigns", config.registers.campaigns),
        ("[register] funds", config.registers.funds),
        ("[receipts] files", config.receipts.files),
        ("[receipts] payouts", config.receipts.payouts),
        ("[store] url", config.store_file),
        ("[output] folder", config.output.folder),
        ("[output] log", config.output.log),
        ("[output] report", config.output.report),
    ]
    return [(label, os.path.realpath(place)) for label, place in named if place is not None]

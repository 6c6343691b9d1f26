"""The settings of a nightly job: what each may be, what it is when left out, and what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from reconcile.errors import shown
from reconcile.nightjob.lock import running_user

_MEMORY = ("", ":memory:")


def _beside(value: object, info: ValidationInfo) -> object:
    """The path from the folder of the settings; what is no path stays as it is, to be refused for its type."""
    if isinstance(value, str) and (not value.strip() or shown(value, len(value)) != value):
        return value
    return Path(_folder(info), value) if isinstance(value, str | Path) else value


def _address(value: object, info: ValidationInfo) -> object:
    """The address of a store with its file's path resolved; None, to be refused, where it is none."""
    try:
        url = make_url(value) if isinstance(value, str) else None
        kind = url.get_backend_name() if url else ""
    except (ArgumentError, ValueError):
        return None
    if not url or kind not in ("sqlite", "postgresql", "postgres"):
        return None
    if kind != "sqlite":
        return value if url.database else None
    name = url.database or ""
    if name in _MEMORY or name.startswith("file:"):
        return None
    return url.set(database=str(Path(_folder(info), name))).render_as_string(hide_password=False)


def _folder(info: ValidationInfo) -> Path:
    return Path(str(info.context))


def _fixed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _several(value: object) -> object:
    """What may stand there alone, or as a list of such."""
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str | dict) else value


Place = Annotated[Path, BeforeValidator(_beside)]
Places = Annotated[tuple[Place, ...], Field(min_length=1), BeforeValidator(_fixed)]
OneOrSeveral = Annotated[tuple[Place, ...], BeforeValidator(_several)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\p{C}\p{Zl}\p{Zp}]+$")]
Tables = Annotated[tuple[dict[Name, Name], ...], BeforeValidator(_several)]
# as the parsers take it: digits, or a card whose middle is stars
Number = Annotated[str, StringConstraints(pattern=r"^([0-9]{6,20}|[0-9]{4,6}\*+[0-9]{4})$")]
Numbers = Annotated[tuple[Number, ...], BeforeValidator(_fixed)]


class _Section(BaseModel):
    """Strict, so that "60" is no number and 1 no yes; a description says what to write, in the words of a message."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class InboxSettings(_Section):
    """Folders that are read and never changed; a file changed less than `settle_seconds` ago is still being written."""

    folders: Places = Field(description='a list of folders, such as ["inbox"]')
    settle_seconds: int = Field(60, ge=0, le=86_400, description="a whole number of seconds up to a day, such as 60")


class RegisterSettings(_Section):
    """The campaign register, and the fund vocabulary where the built-in one is not used."""

    campaigns: Place = Field(description='the name of a file, such as "campaigns.csv"')
    funds: Place | None = Field(None, description='the name of a file, such as "funds.csv", or nothing at all')


class ReceiptSettings(_Section):
    """Where the charity's receipts and a gateway's payouts arrive, and what their files call our columns.

    Each a file or a folder that is read and never changed, of payouts also several; None: there are none.
    """

    files: Place | None = Field(None, description='the name of a file or folder, such as "receipts", or nothing at all')
    columns: dict[Name, Name] = Field({}, description='a heading of the file in quotes, such as "Book no"')
    payouts: OneOrSeveral = Field(
        (), description='the name of a file or folder, such as "payouts", or a list of them, or nothing at all'
    )
    payout_columns: Tables = Field(
        (), description='a heading of the file in quotes, such as "Transfer", or a list of tables, one for each place'
    )

    def columns_of(self, place: int) -> dict[str, str]:
        """What the files at one of the `payouts` call our columns: the table of that place, or the one of all."""
        told = self.payout_columns
        return dict(told[place if len(told) > 1 else 0]) if told else {}


class StoreSettings(_Section):
    """The address of the store, never shown: it may have a password in it."""

    url: Annotated[str, BeforeValidator(_address)] = Field(
        repr=False, description='"sqlite:///reconcile.db", or "postgresql+psycopg://user@host/name"'
    )


class AccountSettings(_Section):
    """The accounts that belong here; none means any."""

    numbers: Numbers = Field((), repr=False, description="each account number in quotes, its digits only")

    def takes(self, number: str) -> bool:
        """Whether a statement of this account belongs here."""
        return not self.numbers or number in self.numbers


class OutputSettings(_Section):
    """The folder of the workbooks, the log (None: none is kept) and the report of the last run."""

    folder: Place = Field(description='the name of a folder, such as "out"')
    log: Place | None = Field(None, description='the name of a file, such as "reconcile.log.jsonl", or nothing at all')
    report: Place = Field(
        Path("report.json"), validate_default=True, description='the name of a file, such as "report.json"'
    )


class MatchingSettings(_Section):
    """The share of credited gifts that may be wrong."""

    max_wrong: float = Field(0, ge=0, lt=1, description="a share from 0 up to but not 1, such as 0.005")


class PrivacySettings(_Section):
    """For how many years what payers typed is kept; None means for good."""

    keep_years: int | None = Field(None, ge=1, le=100, description="a whole number of years from 1 to 100")


class Config(_Section):
    """The settings of a nightly job. Every path is absolute, also that of the file in a SQLite address."""

    operator: Name = Field(default_factory=running_user, description="a name in quotes, of up to 100 letters")
    inbox: InboxSettings
    registers: RegisterSettings = Field(alias="register")
    receipts: ReceiptSettings = Field(default_factory=lambda: ReceiptSettings.model_validate({}))
    store: StoreSettings
    accounts: AccountSettings
    output: OutputSettings
    matching: MatchingSettings
    privacy: PrivacySettings

    @property
    def store_file(self) -> Path | None:
        """The file of a SQLite store; None where a server has the store."""
        url = make_url(self.store.url)
        return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None

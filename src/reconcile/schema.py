"""Every frame that crosses a boundary: its columns, their types and meaning, and the one check each must pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from reconcile.errors import FrameRefused, ReconcileError
from reconcile.money import AMOUNT, exact

TEXT = pd.StringDtype(na_value=float("nan"))
DAY = "datetime64[s]"
KINDS: dict[str, Any] = {"text": TEXT, "day": DAY, "money": AMOUNT, "number": "int64", "share": "float64"}


@dataclass(frozen=True)
class Column:
    """One column: its `kind` is text, day, money, number or share; `may_lack` allows missing values."""

    name: str
    kind: str
    meaning: str
    may_lack: bool = False


@dataclass(frozen=True)
class Frame:
    """The columns of one frame, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [c.name for c in self.columns]

    def empty(self) -> pd.DataFrame:
        """The frame with all its columns and types and no rows."""
        return pd.DataFrame({c.name: pd.Series(dtype=KINDS[c.kind]) for c in self.columns})

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The same rows with exactly these columns and types; raises FrameRefused where that cannot be."""
        lacking = [c.name for c in self.columns if c.name not in frame.columns]
        if lacking:
            raise FrameRefused(
                f"{self.name} lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}",
                do=f"It must have {', '.join(self.names)}; it has {', '.join(map(str, frame.columns)) or 'none'}.",
            )
        return pd.DataFrame({c.name: self._typed(frame[c.name], c) for c in self.columns}, index=frame.index)

    def _typed(self, values: pd.Series[Any], column: Column) -> pd.Series[Any]:
        wanted = KINDS[column.kind]
        missing = values.isna()
        if missing.any() and not column.may_lack:
            row = int(missing.to_numpy().argmax()) + 1
            raise FrameRefused(f"{self.name}: {column.name} is missing in row {row}", do="Give every row one.")
        if values.dtype == wanted:
            return values
        try:
            if column.kind == "money":
                known = exact(values[~missing], column.name)
                return known.reindex(values.index) if missing.any() else known
            return values.astype(wanted)
        except ReconcileError:
            raise
        except (ValueError, TypeError, OverflowError) as fault:
            raise FrameRefused(
                f"{self.name}: {column.name} is {values.dtype} and does not become {column.kind}",
                do="Read it as text, or give it in the type the docs name.",
            ) from fault


TRANSACTIONS = Frame(
    "transactions",
    (
        Column("transaction_id", "text", "stable: the same movement in any overlapping export gets the same id"),
        Column("account", "text", "account number, digits as text"),
        Column("date", "day", "the day the bank printed; never shifted by a time zone"),
        Column("amount", "money", "rand; money in is positive"),
        Column("balance", "money", "running balance after the row, where the layout gives one", may_lack=True),
        Column("description", "text", "exactly as exported, inner spaces kept"),
        Column("bank_reference", "text", "the payer's reference, where it has a column of its own", may_lack=True),
        Column("bank_id", "text", "OFX FITID or cheque number: evidence, never identity", may_lack=True),
        Column("source", "text", "file (and member of a ZIP) the row came from"),
        Column("line", "number", "line of that file"),
    ),
)

SET_ASIDE = Frame(
    "rows set aside",
    (
        Column("source", "text", "file (and member of a ZIP) the row came from"),
        Column("line", "number", "line of that file"),
        Column("text", "text", "the row as it stood there"),
        Column("reason", "text", "why it could not be taken as a transaction"),
        Column("amount", "money", "what the balances on both sides say it moved", may_lack=True),
    ),
)

MATCHES = Frame(
    "matches",
    (
        Column("transaction_id", "text", "the transaction"),
        Column("status", "text", "matched, review, not_donation or decided"),
        Column("campaign", "text", "campaign code; in review only if that part is sure", may_lack=True),
        Column("fund", "text", "fund; missing on a matched gift means unspecified", may_lack=True),
        Column(
            "kind",
            "text",
            "donation, reversal, fee, bank_interest, settlement, transfer, payment_out or notice",
        ),
        Column("confidence", "share", "measured share of right decisions among cases like this one", may_lack=True),
        Column("rule", "text", "which rule decided or led"),
        Column("evidence", "text", "the words that decided", may_lack=True),
        Column("candidates", "text", "best three campaigns with their scores", may_lack=True),
        Column("reason", "text", "why a person must say, or what is odd about a matched gift", may_lack=True),
    ),
)

STATUS_MEANINGS = {
    "matched": "credited to a campaign by a rule",
    "decided": "decided by a person",
    "review": "a person must say",
    "not_donation": "fees, bank interest, settlements, transfers, payments",
}
STATUSES = tuple(STATUS_MEANINGS)
MATCH_KINDS = ("donation", "reversal", "fee", "bank_interest", "settlement", "transfer", "payment_out", "notice")

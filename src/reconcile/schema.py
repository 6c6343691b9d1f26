"""Every frame that crosses a boundary: its columns, their types and meaning, and the one check each must pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.errors import FrameRefused, ReconcileError
from reconcile.money import AMOUNT, exact

TEXT = pd.StringDtype(na_value=float("nan"))
DAY: Final = "datetime64[s]"
KINDS: dict[str, Any] = {
    "text": TEXT,
    "day": DAY,
    "money": AMOUNT,
    "number": "int64",
    "share": "float64",
    "truth": "bool",
}


def day_numbers(days: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Of each day of a column how many went by since 1970 began."""
    return days.to_numpy().astype("datetime64[D]").astype(np.int64)


@dataclass(frozen=True)
class Column:
    """One column: its `kind` is text, day, money, number, share or truth; `may_lack` allows missing values."""

    name: str
    kind: str
    meaning: str
    may_lack: bool = False

    @property
    def dtype(self) -> Any:
        """The pandas type; a whole number that may be missing is pandas' own."""
        return "Int64" if self.kind == "number" and self.may_lack else KINDS[self.kind]


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
        return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in self.columns})

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The same rows with exactly these columns and types; raises FrameRefused where that cannot be."""
        lacking = [c.name for c in self.columns if c.name not in frame.columns]
        if lacking:
            raise FrameRefused(
                f"{self.name} lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}",
                do=f"It must have {', '.join(self.names)}; it has {', '.join(map(str, frame.columns)) or 'none'}.",
            )
        columns = {c.name: self._typed(frame[c.name], c) for c in self.columns}
        # a column of the right type is shared, not copied: what is written to one frame never shows in another
        return pd.DataFrame(columns, index=frame.index, copy=False)

    def _typed(self, values: pd.Series[Any], column: Column) -> pd.Series[Any]:
        wanted = column.dtype
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
            if column.kind == "truth" and not values.isin([True, False]).all():  # any text at all would become True
                raise FrameRefused(f"{self.name}: {column.name} is neither true nor false", do="Give True or False.")
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

CONFLICTS = Frame(
    "conflicts",
    (
        Column("account", "text", "account number, digits as text"),
        Column("kind", "text", "text differs, day differs or not in the other export"),
        Column("date", "day", "the day of the row that was kept"),
        Column("amount", "money", "rand; money in is positive"),
        Column("transaction_id", "text", "the transaction that was kept"),
        Column("text", "text", "its text, with the payer's reference where that has a column of its own"),
        Column("source", "text", "file (and member of a ZIP) it was taken from"),
        Column("line", "number", "line of that file"),
        Column("other_text", "text", "the text of the other export's row", may_lack=True),
        Column("other_date", "day", "its day", may_lack=True),
        Column("other_amount", "money", "its amount", may_lack=True),
        Column("other_source", "text", "the other export's file (and member of a ZIP)"),
        Column("other_line", "number", "line of that file; missing where it has no such row", may_lack=True),
        Column("reason", "text", "what was found, and what was done"),
    ),
)

GAPS = Frame(
    "gaps",
    (
        Column("account", "text", "account number, digits as text"),
        Column("after", "day", "the last day that the statements before reach", may_lack=True),
        Column("before", "day", "the first day that the next statement reaches", may_lack=True),
        Column("opening", "money", "the balance with which the next statement goes on", may_lack=True),
        Column("closing", "money", "the balance to which the statements before lead", may_lack=True),
        Column("missing", "money", "opening less closing: what the lacking rows moved", may_lack=True),
        Column("from_source", "text", "file (and member of a ZIP) before the gap", may_lack=True),
        Column("to_source", "text", "file (and member of a ZIP) after it"),
        Column("reason", "text", "what is missing, in words"),
    ),
)

REVERSALS = Frame(
    "reversals",
    (
        Column("reversal", "text", "transaction id of the debit that takes a payment back"),
        Column("original", "text", "transaction id of the payment that it takes back"),
        Column("reason", "text", "why these two, in words"),
    ),
)

DECIDED_LATER = Frame(
    "decided later",
    (
        Column("transaction_id", "text", "the transaction"),
        Column("account", "text", "account number, digits as text"),
        Column("date", "day", "the day the bank printed, in a month that was closed when it was decided"),
        Column("amount", "money", "rand; of a transaction that was split, this part"),
        Column("campaign", "text", "campaign code; missing for money that is no gift", may_lack=True),
        Column("fund", "text", "fund; missing means unspecified", may_lack=True),
        Column("description", "text", "as the bank wrote it"),
        Column("by", "text", "who decided"),
        Column("on", "text", "when, by the clock of Greenwich"),
        Column("reason", "text", "why, as given", may_lack=True),
        Column("source", "text", "file (and member of a ZIP) the row came from"),
        Column("line", "number", "line of that file"),
    ),
)

DECISIONS = Frame(
    "decisions",
    (
        Column("decision", "number", "its number; a decision that was split has a row for each part"),
        Column("transaction_id", "text", "the transaction"),
        Column("amount", "money", "rand; of a transaction that was split, this part", may_lack=True),
        Column("campaign", "text", "campaign code; missing for money that is no gift", may_lack=True),
        Column("fund", "text", "fund; missing means unspecified", may_lack=True),
        Column("before", "text", "what was credited or decided before it"),
        Column("by", "text", "who decided"),
        Column("on", "text", "the day, by the clock of Greenwich"),
        Column("reason", "text", "why, as given", may_lack=True),
        Column("evidence", "text", "what shows the donor's wish, as given", may_lack=True),
        Column("state", "text", "in force, changed since, taken back, or takes another one back"),
    ),
)

CHANGES = Frame(
    "changes",
    (
        Column("transaction_id", "text", "the transaction"),
        Column("before", "text", "what the rules made of it before"),
        Column("now", "text", "what they made of it then"),
        Column("why", "text", "what had changed: the register, the funds, the rules, or what people decided"),
        Column("on", "text", "the day, by the clock of Greenwich"),
    ),
)

REVIEWED = Frame(
    "reviewed",
    (
        Column("transaction_id", "text", "the transaction"),
        Column("date", "day", "its day"),
        Column("whole", "money", "rand; what it moved"),
        Column("description", "text", "its text, as the sheet shows it"),
        Column("campaign", "text", "campaign code; missing for money that is no gift", may_lack=True),
        Column("fund", "text", "fund; missing means unspecified", may_lack=True),
        Column("amount", "money", "rand; this part"),
        Column("note", "text", "the reviewer's note", may_lack=True),
        Column("where", "text", "the cell of the campaign"),
        Column("row_hash", "text", "the hash of the row it was decided on"),
    ),
)

RECEIPTS = Frame(
    "receipts",
    (
        Column("receipt_id", "text", "the receipt's own number, as text; each stands once"),
        Column("date", "day", "the day of the receipt, or of the gift where the books have that"),
        Column("amount", "money", "rand; money in is positive, a receipt taken back negative"),
        Column("payer", "text", "who gave", may_lack=True),
        Column("reference", "text", "the reference that the books have for it", may_lack=True),
        Column("campaign", "text", "campaign code; missing where the books have none", may_lack=True),
        Column("fund", "text", "fund; missing means unspecified", may_lack=True),
        Column("method", "text", "how it was paid: EFT, cash, card …", may_lack=True),
        Column("batch", "text", "deposit slip, bucket or gateway batch it was banked with", may_lack=True),
        Column("source", "text", "file it was read from", may_lack=True),
        Column("line", "number", "line or row of that file", may_lack=True),
    ),
)

PAYOUTS = Frame(
    "payouts",
    (
        Column("payout", "text", "the gateway's name for the payment to the bank; its rows come to one bank line"),
        Column("date", "day", "the day the gateway paid it out"),
        Column("gift", "text", "the gateway's own number of the gift; each stands once in a payout"),
        Column("gross", "money", "rand; what the giver paid, negative where it was given back"),
        Column("fee", "money", "rand; what the gateway kept of it, positive"),
        Column("net", "money", "rand; gross less fee"),
        Column("payer", "text", "who gave", may_lack=True),
        Column("reference", "text", "what the giver typed or chose", may_lack=True),
        Column("given", "day", "the day of the gift itself, where the report has it", may_lack=True),
        Column("source", "text", "file it was read from", may_lack=True),
        Column("line", "number", "line or row of that file", may_lack=True),
    ),
)

PAYOUT_LINES = Frame(
    "payout lines",
    (
        Column("payout", "text", "the gateway's name for the payment to the bank; each stands once"),
        Column("date", "day", "the day the gateway paid it out"),
        Column("gifts", "number", "how many gifts it has"),
        Column("gross", "money", "rand; what the givers paid, less what was given back"),
        Column("fee", "money", "rand; what the gateway kept, positive"),
        Column("net", "money", "rand; gross less fee"),
        Column("state", "text", "at the bank, a question, another amount or not at the bank"),
        Column("transaction_id", "text", "its bank line, where that is sure", may_lack=True),
        Column("reason", "text", "why it has none", may_lack=True),
    ),
)

GIFTS = Frame(
    "gifts",
    (
        Column("payout", "text", "the payout that brought it"),
        Column("gift", "text", "the gateway's own number of the gift; each stands once"),
        Column("transaction_id", "text", "the bank line of its payout; missing where there is none", may_lack=True),
        Column("date", "day", "the day the gateway paid it out"),
        Column("gross", "money", "rand; what the giver paid, negative where it was given back"),
        Column("fee", "money", "rand; what the gateway kept of it, positive"),
        Column("net", "money", "rand; gross less fee"),
        Column("payer", "text", "who gave", may_lack=True),
        Column("reference", "text", "what the giver typed or chose", may_lack=True),
        Column("given", "day", "the day of the gift itself, where the report has it", may_lack=True),
        Column("status", "text", "matched, review or decided; missing without a bank line", may_lack=True),
        Column("campaign", "text", "campaign code; in review only if that part is sure", may_lack=True),
        Column("fund", "text", "fund; missing on a matched gift means unspecified", may_lack=True),
        Column("rule", "text", "which rule decided or led", may_lack=True),
        Column("evidence", "text", "the words that decided", may_lack=True),
        Column("reason", "text", "why a person must say, or what is odd about a matched gift", may_lack=True),
        Column("source", "text", "file it was read from", may_lack=True),
        Column("line", "number", "line or row of that file", may_lack=True),
    ),
)

LINKS = Frame(
    "links",
    (
        Column("transaction_id", "text", "the bank line"),
        Column("receipt_id", "text", "the receipt; missing for a fee that the bank line is short of", may_lack=True),
        Column("amount", "money", "rand; this pair. The amounts of a line come to the line's"),
        Column("status", "text", "linked (by itself), proposed (a person must say) or decided"),
        Column("rule", "text", "which rule linked or proposed them"),
        Column("evidence", "text", "what they have in common, in words"),
        Column("confidence", "share", "how sure the link is"),
        Column("group", "text", "one for each settlement: the lines and receipts that settle one another"),
        Column("reason", "text", "why a person must say", may_lack=True),
    ),
)

SETTLEMENTS = Frame(
    "settlements",
    (
        Column("transaction_id", "text", "the bank line"),
        Column("receipt_id", "text", "the receipt"),
        Column("settles", "truth", "whether they settle one another, as a person says"),
        Column("by", "text", "who says so"),
        Column("reason", "text", "why, as given", may_lack=True),
        Column("fee", "money", "rand; what was kept of this receipt on its way, positive", may_lack=True),
        Column("on", "text", "the day it was said, by the clock of Greenwich", may_lack=True),
    ),
)

STATUS_MEANINGS = {
    "matched": "credited to a campaign by a rule",
    "decided": "decided by a person",
    "review": "a person must say",
    "not_donation": "fees, bank interest, settlements, transfers, payments",
}
STATUSES = tuple(STATUS_MEANINGS)
CREDITED = ("matched", "decided")
"""The statuses of what is credited to a campaign."""
MATCH_KINDS = ("donation", "reversal", "fee", "bank_interest", "settlement", "transfer", "payment_out", "notice")

"""The charity's own receipts in a store: taken in, held against the bank, and what people say of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from reconcile.books import ExplodedPayouts, Reconciliation
from reconcile.books.links import PROPOSED
from reconcile.books.settlements import OTHER_AMOUNT
from reconcile.errors import DecisionRefused, UnreadableFile, shown
from reconcile.files import digest, name_of
from reconcile.matching.matches import no_search_for_cycles
from reconcile.schema import LINKS, RECEIPTS, TRANSACTIONS
from reconcile.store import entries, gifts, journal, keeping, reading, settling, told_again, two_sides
from reconcile.store.database import Database
from reconcile.store.entries import PAYOUT, RECEIPT, AddedToBooks, BookFile, Kind
from reconcile.store.periods import checked_month
from reconcile.tables import TableSource


class Books:
    """The part of a store that has to do with receipts."""

    _database: Database

    def add_receipts(
        self,
        path_or_frame: TableSource,
        *,
        columns: Mapping[str, str] | None = None,
        by: str | None = None,
        sha256: str = "",
    ) -> AddedToBooks:
        """What a file or frame of receipts brings: new, known, and changed since they were delivered before.

        Read as `read_receipts` reads it, and recorded as a whole or not at all. Of a receipt that comes again with
        another amount, day or payer the newest version holds, and the earlier ones stay on record; one that a file
        lacks stays too. A file is known again by its bytes, or by their SHA-256 where that is given.

        Raises RegisterRefused and UnreadableFile for what cannot be read.
        """
        return self._add(RECEIPT, path_or_frame, columns or {}, (by, sha256))

    def add_payouts(
        self,
        path_or_frame: TableSource,
        *,
        columns: Mapping[str, str] | None = None,
        by: str | None = None,
        sha256: str = "",
    ) -> AddedToBooks:
        """The same for the gifts of a gateway's report, read as `read_payouts` reads it.

        Raises RegisterRefused also for a gift that another file told otherwise, with both places, and for one that is
        told otherwise since the month that its payout counts for was closed.
        """
        return self._add(PAYOUT, path_or_frame, columns or {}, (by, sha256))

    def _add(
        self, kind: Kind, source: TableSource, columns: Mapping[str, str], told: tuple[str | None, str]
    ) -> AddedToBooks:
        by, sha256 = told
        path = None if isinstance(source, pd.DataFrame) else Path(source)
        file = (
            BookFile("a frame", "", columns)
            if path is None
            else BookFile(name_of(path), sha256 or _sha256(path), columns)
        )
        if path is not None:
            with self._database.reading() as connection:
                if entries.knows(connection, kind, file):
                    return entries.nothing(kind, file.name)
        frame = kind.read(source, columns=columns)
        if path is not None and _sha256(path) != file.sha256:
            raise UnreadableFile("was changed while it was read", file=file.name, do="Add it again when it is whole.")
        with self._database.writing() as connection, no_search_for_cycles():
            work = journal.work(connection)
            if kind is PAYOUT:
                told_again.check(connection, frame)
            added = entries.add(work, kind, frame, file.name)
            if kind is PAYOUT:
                told_again.release(work, frame, added.rows["state"])
            if kind is RECEIPT:  # nothing says any more that they are what they were
                rows = added.rows
                keeping.let_go(work, [], rows.loc[rows["state"].eq("changed"), "receipt_id"].tolist())
            if path is not None and not entries.knows(connection, kind, file):
                entries.note_file(work, kind, file, len(frame))
            if work.wrote:
                body = {**added.counts, "sha256": file.sha256}
                work.finish(kind.kind, by=by or journal.current_user(), body=body)
        return added

    def receipts(self) -> pd.DataFrame:
        """The receipts that hold, by day and number, columns of `schema.RECEIPTS`; those withdrawn are left out."""
        with self._database.reading() as connection:
            return entries.receipts(connection)[RECEIPTS.names]

    def receipt_history(self) -> pd.DataFrame:
        """Every version of every receipt, oldest first: what it was, who brought it and when, and which is in force."""
        with self._database.reading() as connection:
            return entries.history(connection)

    def changed_receipts(self) -> pd.DataFrame:
        """Receipts settled in a closed month and delivered otherwise since: `receipt_id`, `month`, `amount`, `now`.

        The closed month keeps what it was closed with; reopen it where the change is right.
        """
        with self._database.reading() as connection:
            return keeping.changed(connection)

    def payouts(self) -> pd.DataFrame:
        """Every payout of a gateway, with its bank line or why it has none: columns of `schema.PAYOUT_LINES`."""
        with self._database.reading() as connection:
            return gifts.lines(connection)

    def payouts_standing(self) -> tuple[dict[str, int], list[str]]:
        """How many payouts have each state, and a line for each that does not come to its bank line."""
        found = self.payouts()
        counts = {str(state): int(number) for state, number in found["state"].value_counts().items()}
        odd = found[found["state"].eq(OTHER_AMOUNT)]
        told = zip(odd["payout"], odd["reason"], strict=True)
        return counts, [f"payout {shown(payout, 40)}: {why}; correct its report" for payout, why in told]

    def explode_payouts(self, start: str | None = None, end: str | None = None) -> ExplodedPayouts:
        """`transactions(start, end)` with the gifts of payouts in place of their lines, and the matches of both.

        What `summarise` makes of its `transactions` and `matches` is what the workbooks have.
        """
        with self._database.reading() as connection:
            rows = reading.transactions(connection, start, end)
            return gifts.exploded(connection, rows) or gifts.none(connection, rows)

    def standing(self) -> dict[str, int | str]:
        """The figures of the newest month's two sides, as the report of a night has them; empty without receipts."""
        with self._database.reading() as connection:
            month = two_sides.newest_month(connection)
            found = two_sides.reconciliation(connection, month) if month else None
            if found is None:
                return {}
            changed = {"receipts changed after closing": len(keeping.changed(connection))}
            return {**_standing(month, found), **changed}

    def withdraw(self, receipt: str, *, by: str, reason: str) -> None:
        """Take a receipt out of the books, whatever files bring it again. Raises DecisionRefused.

        One that a person settled, or that is settled in a closed month, must be set free first.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            if (number := settling.used(connection, receipt)) is not None:
                do = f"Take it back first: reconcile unsettle {shown(receipt, 40)}, or store.unsettle."
                raise DecisionRefused(f"a person settled the receipt {shown(receipt, 40)} ({number})", do=do)
            keeping.set_free(work, [], [receipt])
            entries.withdraw(work, receipt, reason=reason)
            work.finish("withdraw", by=who(by), why=reason, body={"receipt": receipt})

    def restore(self, receipt: str, *, by: str, reason: str) -> None:
        """Put a receipt that was withdrawn back into the books. Raises DecisionRefused."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            entries.withdraw(work, receipt, reason=reason, back=True)
            work.finish("restore", by=who(by), why=reason, body={"receipt": receipt})

    def settle(
        self,
        transactions: str | Sequence[str],
        receipts: str | Sequence[str],
        *,
        by: str,
        reason: str = "",
        fee: object = None,
    ) -> int:
        """The number of a person's word that a bank line and some receipts, or a receipt and some lines, are the same.

        They must come out to the cent, less a `fee` (rand) that was kept on the way. It holds before any rule and
        across funds. Raises DecisionRefused.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = settling.say(work, _names(transactions), _names(receipts), settles=True, fee=fee)
            work.finish("settle", by=who(by), why=reason, body={"settlement": number})
            return number

    def keep_apart(
        self, transactions: str | Sequence[str], receipts: str | Sequence[str], *, by: str, reason: str = ""
    ) -> int:
        """The number of a person's word that none of these bank lines is one of these receipts.

        They are not linked, nor asked about again. Raises DecisionRefused.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = settling.say(work, _names(transactions), _names(receipts), settles=False)
            work.finish("keep apart", by=who(by), why=reason, body={"settlement": number})
            return number

    def unsettle(self, transaction_or_receipt: str, *, by: str, reason: str) -> int:
        """The number of the row that takes the newest word on a bank line or a receipt back; the rules decide again."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = settling.take_back(work, transaction_or_receipt, reason=reason)
            work.finish("unsettle", by=who(by), why=reason, body={"settlement": number})
            return number

    def settlements(self) -> pd.DataFrame:
        """All that people ever said of lines and receipts, oldest first, a row for each pair: who, when and why."""
        with self._database.reading() as connection:
            return settling.frame(connection)

    def reconciliation(self, month: str | None = None) -> Reconciliation:
        """The bank's lines and the receipts of all months, or of one (`2018-09`) with what was open when it began.

        It begins with the month of the first receipt. What is settled in a closed month stays as it was closed; all
        else is worked out from what the store has now, with the funds of its last matching. Raises DecisionRefused for
        what is no month.
        """
        with self._database.reading() as connection:
            found = two_sides.reconciliation(connection, None if month is None else checked_month(month))
        return found or _empty()


def _standing(month: str, found: Reconciliation) -> dict[str, int | str]:
    return {
        "month": month,
        "lines linked": int(found.settled["transaction_id"].nunique()),
        "receipts linked": int(found.settled["receipt_id"].nunique()),
        "lines open": len(found.unmatched_bank),
        "receipts open": len(found.unmatched_receipts),
        "questions": int(found.links.loc[found.links["status"].eq(PROPOSED), "group"].nunique()),
        "difference": str(found.bank_reconciliation()["amount"].iloc[-1]),
    }


def _empty() -> Reconciliation:
    lines, receipts = TRANSACTIONS.empty(), RECEIPTS.empty()
    twice = pd.DataFrame(columns=["side", "first", "second", "amount", "why"])
    return Reconciliation(lines, receipts, LINKS.empty(), lines.assign(why=""), receipts.assign(why=""), twice)


def _names(given: str | Sequence[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _sha256(path: Path) -> str:
    """The SHA-256 of a file; raises UnreadableFile."""
    try:
        return digest(path)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the name
        why = fault.strerror if isinstance(fault, OSError) else fault
        do = "Check the name and the rights."
        raise UnreadableFile(f"cannot be read ({shown(why)})", file=shown(path.name), do=do) from fault


def who(by: str) -> str:
    """Who decides; raises DecisionRefused for nobody."""
    if not isinstance(by, str) or not by.strip():
        raise DecisionRefused("nobody is named", do='Say who decides: by="…".')
    return by.strip()

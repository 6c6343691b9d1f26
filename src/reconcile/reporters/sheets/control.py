"""Control: the files and their proofs, control totals that tie every sheet, what was set aside, and who signs."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from reconcile import __version__, money
from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.contents import Contents
from reconcile.reporters.control_totals import totals
from reconcile.reporters.seal import of_cells
from reconcile.reporters.sections import cells, line, section, side_by_side
from reconcile.reporters.style import Look, Page
from reconcile.schema import TEXT

WIDTHS = (34, 14, 19, 12, 25, 10, 10, 18, 18, 36)

NO_PROMISE = (
    "A reference or a date that was edited in a file, where no overlapping file shows the original, is not noticed: "
    "balances prove amounts, not words.",
    "Money moved between two neighbouring rows, rows before the first known balance, and half of the equal payments of "
    "a day that the bank left out of an export cannot be seen from the file.",
    "A campaign is what the payer's own words say under the rule shown beside each line; the payer was not asked.",
)


SHA256_COLUMN = 10
"""Where the hash of each file stands."""

ORIGINS, LIMITS, SEALS, SIGN_OFF = (
    "Register, settings and software",
    "What cannot be promised",
    "Seals",
    "Sign-off",
)
SOFTWARE = "Software"
SETTING = "Setting: "
A_TABLE, BUILT_IN = "given as a table", "built in"
NO_FILE = "none: not read from a file"
"""What stands there of a register or a vocabulary that is no file's."""

SEAL_HEADS = (("Sheet", 1, 1, False), ("Rows of its table", 2, 1, True), ("Hash of its other cells", 3, 8, False))
OWN_SEAL = "Control, above this"
SEAL_REMARK = (
    "Each row of a table has its own hash. They show an edit; that nobody made them anew is shown by "
    "reconcile verify, which works every figure out again from the statements or the store."
)
SIGNED_BY = ((1, "Prepared by"), (5, "Reviewed by"))
"""The column of the words of each who signs; the box is right of it."""

SIGNED_WITH = ("Name", "Signature", "Date")


class _Control:
    order = 90

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Control."""
        subtitle = f"{contents.period} · what was read, what was proved, and how every sheet ties to it"
        sheet = book.sheet("Control", "Control", subtitle, Page("1:2", frozen="A3"))
        sheet.sheet_properties.tabColor = "5A6B76"
        style.widen(sheet, WIDTHS)
        row = 4
        for part in (
            totals,
            _files,
            _proofs,
            _origins,
            _limits,
            _seals,
            _signatures,
        ):
            row = part(book, sheet, row, contents) + 1


def _files(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    words = ("File", "Account", "Layout", "Encoding", "Period", "Rows", "New", "Money in", "Money out", "SHA-256")
    heads = [(w, i, 1, w in ("Rows", "New", "Money in", "Money out")) for i, w in enumerate(words, 1)]
    row = section(book, sheet, row, "Files", heads)
    looks = [style.TYPED] * 5 + [style.COUNT, style.COUNT, style.AMOUNT, style.AMOUNT, style.TYPED.but(size=9)]
    for statement, new in zip(contents.statements, _taken(contents), strict=True):
        source = statement.source
        values: list[Value] = [
            contents.masked(source.name),
            contents.label(statement.account),
            source.layout,
            source.encoding,
        ]
        values += [str(statement.period or "no rows"), len(statement.transactions), new]
        values += [statement.credits, statement.debits, source.sha256]
        row = line(book, sheet, row, side_by_side(values, looks))
    notices = sum(len(s.notices) for s in contents.statements)
    remark = f"Rows that move no money (notices), kept apart: {notices}."
    remark += " New: rows the Transactions sheet takes from this file."
    book.line(sheet, row, [(1, 10, remark, style.REMARK)])
    return row + 1


def _taken(contents: Contents) -> list[int]:
    """How many of the transactions come from each statement; of overlapping files only one delivers a row."""
    told = contents.merged.contributed
    of: dict[tuple[str, str], list[int]] = defaultdict(list)
    for source, account, new in zip(told["source"], told["account"], told["new"], strict=True):
        of[source, account].append(int(new))
    # they were merged in the order in which they were given, which need not be the one in which they are shown
    return [of[s.source.name, s.account.number].pop(0) for s in contents.statements]


def _proofs(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    heads = (("File", 1, 1, False), ("Account", 2, 1, False), ("Check", 3, 2, False), ("Outcome", 5, 1, False))
    row = section(book, sheet, row, "Proofs of each statement", (*heads, ("Detail", 6, 5, False)))
    looks = {
        "held": style.TYPED.but(fill=style.GOOD),
        "open": style.TYPED.but(fill=style.BAD),
        "not offered": style.TYPED,
    }
    told = pd.Series([c.detail for s in contents.statements for c in s.proof.checks], dtype=TEXT)
    details = dict(zip(told, contents.said(told), strict=True))
    for statement in contents.statements:
        for check in statement.proof.checks:
            values = (
                contents.masked(statement.source.name),
                contents.label(statement.account),
                check.name,
                check.outcome,
                contents.masked(details[check.detail]),
            )
            spans = ((1, 1), (2, 1), (3, 2), (5, 1), (6, 5))
            row = line(book, sheet, row, cells(spans, values, [*[style.TYPED] * 3, looks[check.outcome], style.TYPED]))
    return row


def _origins(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """The register, the settings and the software: what else the result depends on."""
    row = section(book, sheet, row, ORIGINS, (("What", 1, 2, False), ("Value", 3, 8, False)))
    register, funds = contents.campaigns, contents.funds
    told = [
        ("Made from", contents.beside.made_from),
        *contents.options.told(),
        ("Campaign register", contents.masked(register.source_name or A_TABLE)),
        ("Campaign register, SHA-256", register.sha256 or NO_FILE),
        ("Campaigns in it", str(len(register.campaigns))),
    ]
    told += _books(contents)
    if funds is not None:
        told.append(("Fund vocabulary", contents.masked(funds.source_name or BUILT_IN)))
        told.append(("Fund vocabulary, SHA-256", funds.sha256 or NO_FILE))
    told += [(f"{SETTING}{name}", contents.masked(str(value))) for name, value in contents.settings.items()]
    told.append((SOFTWARE, ", ".join(f"{name} {number}" for name, number in software().items())))
    for values in told:
        row = line(book, sheet, row, cells(((1, 2), (3, 8)), values, (style.TYPED, style.TYPED)))
    return row


def _books(contents: Contents) -> Iterator[tuple[str, str]]:
    """What stands against the bank: files, rows and sum. Every row is on its own sheet, with its file and line."""
    found, exploded = contents.beside.reconciliation, contents.beside.exploded
    of: list[tuple[str, str, pd.DataFrame, pd.Series[Any]]] = []
    if found is not None:
        of.append(("Receipts of the charity", "receipts,", found.receipts, found.receipts["amount"]))
    if exploded is not None:
        of.append(("Report of payouts", "gifts, gross", exploded.gifts, exploded.gifts["gross"]))
    for label, what, rows, amounts in of:
        names = sorted({contents.masked(str(name)) for name in rows["source"].dropna()})
        count, total = grouped(len(rows)), money.shown(money.total(amounts))
        yield label, f"{', '.join(names) or A_TABLE}: {count} {what} {total}"


def software() -> dict[str, str]:
    """The versions that made the workbook."""
    versions = {"python": platform.python_version(), "reconcile": __version__}
    return versions | {package: version(package) for package in ("pandas", "pyarrow", "rapidfuzz", "openpyxl")}


def _limits(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = section(book, sheet, row, LIMITS, ())
    for text in NO_PROMISE:
        book.line(sheet, row, [(1, 10, text, style.PLAIN)])
        row += 1
    return row


def _seals(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """For each sheet the rows of its table, and a hash of all its other cells: an edited cell shows by it."""
    first = row
    row = section(book, sheet, row, SEALS, SEAL_HEADS)
    looks = (style.TYPED, style.COUNT, style.TYPED.but(size=9))
    for name in book.workbook.sheetnames:
        if name != sheet.title:
            rows = len(book.splices[name].rows) if name in book.splices else None
            values = (name, rows, of_cells(book.told(name)))
            row = line(book, sheet, row, cells(((1, 1), (2, 1), (3, 8)), values, looks))
    own = of_cells(book.told(sheet.title, before=first))
    row = line(book, sheet, row, cells(((1, 1), (2, 1), (3, 8)), (OWN_SEAL, None, own), looks))
    book.line(sheet, row, [(1, 10, SEAL_REMARK, style.REMARK)])
    return row + 1


def _signatures(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = section(book, sheet, row, SIGN_OFF, ())
    box = Look(colour="5A6B76", above="thin", below="thin", fill=style.INPUT, indent=True)
    for column, words in SIGNED_BY:
        for offset, said in enumerate((words, *SIGNED_WITH)):
            look = style.COLUMN_HEAD if offset == 0 else box
            span = (4 if column == 1 else 6) - (0 if offset == 0 else 1)
            if offset == 0:
                book.line(sheet, row, [(column, span, said, look)])
            else:
                book.line(sheet, row + offset, [(column, 1, said, box), (column + 1, span, None, box)])
                sheet.row_dimensions[row + offset].height = 24
    return row + 4


SHEET = _Control()

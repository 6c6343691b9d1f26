"""Control: the files and their proofs, control totals that tie every sheet, what was set aside, and who signs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from decimal import Decimal
from importlib.metadata import version
from typing import NamedTuple

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet
from pandas.api.typing import NAType

from reconcile import __version__, money
from reconcile.merging import set_aside_once
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula, Where
from reconcile.reporters.style import Look, Page

WIDTHS = {"A": 34, "B": 14, "C": 19, "D": 12, "E": 25, "F": 10, "G": 10, "H": 18, "I": 18, "J": 36}

NO_PROMISE = (
    "A reference or a date that was edited in a file, where no overlapping file shows the original, is not noticed: "
    "balances prove amounts, not words.",
    "Money moved between two neighbouring rows, rows before the first known balance, and half of the equal payments of "
    "a day that the bank left out of an export cannot be seen from the file.",
    "A campaign is what the payer's own words say under the rule shown beside each line; the payer was not asked.",
)


class Tied(NamedTuple):
    """A row of the control totals: where it stands, its count and its amount."""

    row: int
    lines: Formula
    amount: Formula


Span = tuple[int, int]
Cells = list[tuple[int, int, Value, Look]]


class _Control:
    order = 40

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Control."""
        subtitle = f"{contents.period} · what was read, what was proved, and how every sheet ties to it"
        sheet = book.sheet("Control", "Control", subtitle, Page("1:2", frozen="A3"))
        sheet.sheet_properties.tabColor = "5A6B76"
        for column, width in WIDTHS.items():
            sheet.column_dimensions[column].width = width
        row = 4
        for part in (
            _totals,
            _files,
            _proofs,
            _warnings,
            _set_aside,
            _gaps,
            _conflicts,
            _origins,
            _limits,
            _signatures,
        ):
            row = part(book, sheet, row, contents) + 1


def _section(book: Book, sheet: Worksheet, row: int, title: str, heads: Sequence[tuple[str, int, int, bool]]) -> int:
    """The section's title and its headings, each (words, first column, columns spanned, over figures)."""
    for column in range(1, len(WIDTHS) + 1):
        book.put(sheet, row, column, title if column == 1 else None, style.HEADING)
    sheet.row_dimensions[row].height = 20
    if not heads:
        return row + 1
    looks = {True: style.COLUMN_HEAD_RIGHT, False: style.COLUMN_HEAD}
    book.line(sheet, row + 1, [(at, span, words, looks[right]) for words, at, span, right in heads])
    return row + 2


def _row(book: Book, sheet: Worksheet, row: int, cells: Cells) -> int:
    book.line(sheet, row, cells)
    return row + 1


def _cells(spans: Sequence[Span], values: Sequence[Value], looks: Sequence[Look]) -> Cells:
    return [(at, span, value, look) for (at, span), value, look in zip(spans, values, looks, strict=True)]


def _nothing(book: Book, sheet: Worksheet, row: int) -> int:
    book.line(sheet, row, [(1, 10, "None.", style.REMARK)])
    return row + 1


def _totals(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """Every sheet's count and amount against the files; a difference is red."""
    heads = (("Where", 1, 2, False), ("What", 3, 5, False), ("Lines", 8, 1, True), ("Amount", 9, 1, True))
    row = _section(book, sheet, row, "Control totals", (*heads, ("Difference to the files", 10, 1, True)))
    spans: list[Span] = [(1, 2), (3, 5), (8, 1), (9, 1), (10, 1)]
    looks = [style.PLAIN, style.PLAIN, style.COUNT, style.AMOUNT, style.AMOUNT]
    delivered = [s.transactions["amount"] for s in contents.statements]
    count, amount = sum(map(len, delivered)), sum(map(money.total, delivered), money.rand(0))
    once = contents.merged.transactions
    known, known_amount = count - len(once), amount - money.total(once["amount"])
    first = row
    row = _row(book, sheet, row, _cells(spans, ("Files", "transactions as delivered", count, amount, None), looks))
    about = "less those an overlapping file had delivered already"
    row = _row(book, sheet, row, _cells(spans, ("Files", about, -known, -known_amount, None), looks))
    once_said = "every movement once"
    if more := len(contents.lines) - len(once):
        once_said += ", in parts"
        about = "further lines of movements split over several campaigns or funds"
        row = _row(book, sheet, row, _cells(spans, ("Decisions", about, more, Decimal(0), None), looks))
    total = "H{0}+H{1}" if not more else "H{0}+H{1}+H{2}"
    text = total.format(*range(first, row))
    lines = Formula(text, count - known + more)
    value = Formula(f"ROUND({text.replace('H', 'I')},2)", amount - known_amount)
    total_looks = [style.TOTAL, style.TOTAL, style.TOTAL_COUNT, style.TOTAL_AMOUNT, style.TOTAL_AMOUNT]
    base, row = (
        row,
        _row(
            book,
            sheet,
            row,
            _cells(
                spans,
                ("Files", once_said, lines, value, None),
                total_looks,
            ),
        ),
    )
    whole = Tied(base, lines, value)
    review = _review_on_transactions(book)
    parts = [
        ("Transactions", "all lines", book.sums.count(), book.sums.amount(), whole),
        ("Summary", "campaigns and funds", book.places["matrix count"], book.places["matrix amount"], whole),
        ("Summary", "statuses", book.places["status count"], book.places["status amount"], whole),
        ("Transactions", "lines with status review", *review, None),
        ("To review", "all lines", book.places["review count"], book.places["review amount"], Tied(row + 3, *review)),
    ]
    for where, what, own_count, own_amount, against in parts:
        off: Value = None
        if against is not None:
            off = _difference(row, Tied(row, own_count, own_amount), against)
        row = _row(book, sheet, row, _cells(spans, (where, what, own_count, own_amount, off), looks))
    values = ("Summary", "difference to the statements' own balances", None, None, book.places["statement difference"])
    row = _row(book, sheet, row, _cells(spans, values, looks))
    book.must_be_zero(sheet, f"J{base + 1}:J{base + 3}")
    book.must_be_zero(sheet, f"J{row - 2}:J{row - 1}")
    return row


def _difference(row: int, own: Tied, against: Tied) -> Formula:
    """Amount and count against those of another row; both count, so neither hides the other."""
    text = f"ROUND(ABS(I{row}-I{against.row}),2)+ABS(H{row}-H{against.row})"
    off = abs(Decimal(own.amount.value) - Decimal(against.amount.value))
    return Formula(text, off + abs(int(own.lines.value) - int(against.lines.value)))


def _review_on_transactions(book: Book) -> tuple[Formula, Formula]:
    return book.sums.count(Where("Status", "=", "review")), book.sums.amount(Where("Status", "=", "review"))


def _files(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    words = ("File", "Account", "Layout", "Encoding", "Period", "Rows", "New", "Money in", "Money out", "SHA-256")
    heads = [(w, i, 1, w in ("Rows", "New", "Money in", "Money out")) for i, w in enumerate(words, 1)]
    row = _section(book, sheet, row, "Files", heads)
    looks = [style.TYPED] * 5 + [style.COUNT, style.COUNT, style.AMOUNT, style.AMOUNT, style.TYPED.but(size=9)]
    for statement, new in zip(contents.statements, contents.taken(), strict=True):
        source = statement.source
        values: list[Value] = [
            contents.masked(source.name),
            contents.label(statement.account),
            source.layout,
            source.encoding,
        ]
        values += [str(statement.period or "no rows"), len(statement.transactions), new]
        values += [statement.credits, statement.debits, source.sha256]
        row = _row(book, sheet, row, _cells([(c, 1) for c in range(1, 11)], values, looks))
    notices = sum(len(s.notices) for s in contents.statements)
    remark = f"Rows that move no money (notices), kept apart: {notices}."
    remark += " New: rows the Transactions sheet takes from this file."
    book.line(sheet, row, [(1, 10, remark, style.REMARK)])
    return row + 1


def _proofs(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    heads = (("File", 1, 1, False), ("Account", 2, 1, False), ("Check", 3, 2, False), ("Outcome", 5, 1, False))
    row = _section(book, sheet, row, "Proofs of each statement", (*heads, ("Detail", 6, 5, False)))
    looks = {
        "held": style.TYPED.but(fill=style.GOOD),
        "open": style.TYPED.but(fill=style.BAD),
        "not offered": style.TYPED,
    }
    for statement in contents.statements:
        for check in statement.proof.checks:
            values = (
                contents.masked(statement.source.name),
                contents.label(statement.account),
                check.name,
                check.outcome,
                contents.masked(check.detail),
            )
            spans = ((1, 1), (2, 1), (3, 2), (5, 1), (6, 5))
            row = _row(book, sheet, row, _cells(spans, values, [*[style.TYPED] * 3, looks[check.outcome], style.TYPED]))
    return row


def _warnings(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = _section(book, sheet, row, "Warnings", (("File", 1, 1, False), ("Warning", 2, 9, False)))
    found = [(contents.masked(s.source.name), contents.masked(w)) for s in contents.statements for w in s.warnings]
    if contents.replaced_texts:
        said = (
            f"{contents.replaced_texts} texts hold characters no worksheet can show, or that reverse the reading order"
        )
        said += "; each such character stands as \N{REPLACEMENT CHARACTER}."
        found.append(("This workbook", said))
    for values in found:
        row = _row(book, sheet, row, _cells(((1, 1), (2, 9)), values, (style.TYPED, style.TYPED)))
    return row if found else _nothing(book, sheet, row)


def _set_aside(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    heads = (("File", 1, 1, False), ("Line", 2, 1, True), ("Row as it stood", 3, 4, False), ("Reason", 7, 2, False))
    row = _section(book, sheet, row, "Rows set aside", (*heads, ("Amount by the balances", 9, 2, True)))
    rows = set_aside_once(contents.statements)
    spans = ((1, 1), (2, 1), (3, 4), (7, 2), (9, 2))
    amounts: list[Decimal | None] = [None if pd.isna(a) else a for a in rows["amount"].tolist()]
    for given, line, text, reason, known in zip(
        rows["source"].tolist(),
        rows["line"].tolist(),
        rows["text"].tolist(),
        rows["reason"].tolist(),
        amounts,
        strict=True,
    ):
        amount: Value = "not known" if known is None else known
        values = (contents.masked(given), line, text, reason, amount)
        look = style.PLAIN.but(across="right") if amount == "not known" else style.AMOUNT
        row = _row(book, sheet, row, _cells(spans, values, (style.TYPED, style.COUNT, style.TYPED, style.TYPED, look)))
    return row if len(rows) else _nothing(book, sheet, row)


def _gaps(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """What is missing between the statements of an account, or that a statement of the bank's count was not given."""
    heads: list[tuple[str, int, int, bool]] = [
        ("Account", 1, 1, False),
        ("After", 2, 1, False),
        ("Before", 3, 1, False),
    ]
    heads += [("Between", 4, 2, False), ("Leads to", 6, 2, True), ("Goes on with", 8, 1, True), ("Missing", 9, 1, True)]
    row = _section(book, sheet, row, "Gaps between statements", [*heads, ("What is missing", 10, 1, False)])
    spans: list[Span] = [(1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (8, 1), (9, 1), (10, 1)]
    looks = [*[style.TYPED] * 4, *[style.AMOUNT] * 3, style.TYPED]
    for gap in contents.merged.gaps.to_dict("records"):
        names = [contents.masked(gap[n]) for n in ("from_source", "to_source") if not pd.isna(gap[n])]
        days = (_day(gap["after"]), _day(gap["before"]))
        amounts = [_known(gap[name]) for name in ("closing", "opening", "missing")]
        account = contents.masked(gap["account"])
        values = (account, *days, " and ".join(names), *amounts, contents.masked(gap["reason"]))
        row = _row(book, sheet, row, _cells(spans, values, looks))
    return row if len(contents.merged.gaps) else _nothing(book, sheet, row)


def _conflicts(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """The rows about which exports of the same days disagree, both texts exactly as they stood."""
    heads: list[tuple[str, int, int, bool]] = [("File and line", 1, 1, False), ("Date", 2, 1, False)]
    heads += [("What differs", 3, 1, False), ("Amount", 4, 1, True), ("Text taken", 5, 2, False)]
    heads += [("Other file and line", 7, 2, False), ("Text there", 9, 1, False), ("What was done", 10, 1, False)]
    row = _section(book, sheet, row, "Where exports disagree", heads)
    spans: list[Span] = [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (7, 2), (9, 1), (10, 1)]
    looks = [*[style.TYPED] * 3, style.AMOUNT, *[style.TYPED] * 4]
    for found in contents.merged.conflicts.to_dict("records"):
        there = contents.masked(found["other_source"])
        there += "" if pd.isna(found["other_line"]) else f", line {found['other_line']}"
        there += f", {_day(found['other_date'])}" if _day(found["other_date"]) not in ("", _day(found["date"])) else ""
        here = f"{contents.masked(found['source'])}, line {found['line']}"
        other = "" if pd.isna(found["other_text"]) else contents.masked(found["other_text"])
        values = (here, _day(found["date"]), found["kind"], found["amount"], contents.masked(found["text"]))
        row = _row(book, sheet, row, _cells(spans, (*values, there, other, found["reason"]), looks))
    return row if len(contents.merged.conflicts) else _nothing(book, sheet, row)


def _day(day: pd.Timestamp) -> str:
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _known(amount: Decimal | NAType) -> Value:
    return "not known" if isinstance(amount, NAType) else amount


def _origins(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """The register, the settings and the software: what else the result depends on."""
    row = _section(book, sheet, row, "Register, settings and software", (("What", 1, 2, False), ("Value", 3, 8, False)))
    register, funds = contents.campaigns, contents.funds
    told = [
        ("Campaign register", contents.masked(register.source_name or "given as a table")),
        ("Campaign register, SHA-256", register.sha256 or "none: not read from a file"),
        ("Campaigns in it", str(len(register.campaigns))),
    ]
    if funds is not None:
        told.append(("Fund vocabulary", contents.masked(funds.source_name or "built in")))
        told.append(("Fund vocabulary, SHA-256", funds.sha256 or "none: not read from a file"))
    told += [(f"Setting: {name}", contents.masked(str(value))) for name, value in contents.settings.items()]
    told.append(("Software", ", ".join(f"{name} {number}" for name, number in software().items())))
    for values in told:
        row = _row(book, sheet, row, _cells(((1, 2), (3, 8)), values, (style.TYPED, style.TYPED)))
    return row


def software() -> dict[str, str]:
    """The versions that made the workbook."""
    versions = {"python": platform.python_version(), "reconcile": __version__}
    return versions | {package: version(package) for package in ("pandas", "pyarrow", "rapidfuzz", "openpyxl")}


def _limits(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = _section(book, sheet, row, "What cannot be promised", ())
    for text in NO_PROMISE:
        book.line(sheet, row, [(1, 10, text, style.PLAIN)])
        row += 1
    return row


def _signatures(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = _section(book, sheet, row, "Sign-off", ())
    box = Look(colour="5A6B76", above="thin", below="thin", fill=style.INPUT, indent=True)
    for column, words in ((1, "Prepared by"), (5, "Reviewed by")):
        for offset, line in enumerate((words, "Name", "Signature", "Date")):
            look = style.COLUMN_HEAD if offset == 0 else box
            span = (4 if column == 1 else 6) - (0 if offset == 0 else 1)
            if offset == 0:
                book.line(sheet, row, [(column, span, line, look)])
            else:
                book.line(sheet, row + offset, [(column, 1, line, box), (column + 1, span, None, box)])
                sheet.row_dimensions[row + offset].height = 24
    return row + 4


SHEET = _Control()

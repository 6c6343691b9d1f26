"""Summary: what each account did, what each campaign and fund received, and that it all ties to the statements."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from reconcile import money
from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.celltext import clean
from reconcile.reporters.charts import bars
from reconcile.reporters.contents import NO_CAMPAIGN, NO_FUND, PAYOUT, Contents
from reconcile.reporters.formulas import Formula, Where
from reconcile.reporters.sections import heading, line, side_by_side
from reconcile.reporters.sheets.by_day import chart as by_day_chart
from reconcile.reporters.style import Look, Page
from reconcile.schema import CREDITED, STATUS_MEANINGS

NOT_STATED = "not stated"
GIFT_BY_GIFT = (
    "Payouts stand gift by gift here: money in and money out are each more than under Accounts by what gateways kept."
)


class _Summary:
    order = 10

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Summary."""
        sheet = book.sheet("Summary", "Bank statements by campaign and fund", contents.period, Page("1:2", frozen="A3"))
        sheet.sheet_properties.tabColor = style.INK
        names = max((len(a.account.name) for a in contents.accounts), default=0)
        names = max(
            names, len(STATUS_MEANINGS["not_donation"]), *(len(c.name) for c in contents.campaigns.campaigns), 0
        )
        style.widen(sheet, (27.0, min(50.0, names * 0.9 + 2), *[_figure_width(contents)] * 38))
        row, net = _accounts(book, sheet, 4, contents)
        row = _matrix(book, sheet, row + 2, contents, net)
        row = _statuses(book, sheet, row + 2, contents)
        _charts(book, sheet, row + 2, contents)


def _figure_width(contents: Contents) -> float:
    """Wide enough for the largest figure of the sheet, in bold."""
    balances = [abs(b) for a in contents.accounts for b in (a.opening, a.closing) if b is not None]
    cents = contents.cents
    moved = money.rand(cents.sum(where=cents > 0) - cents.sum(where=cents < 0))
    return max(12.5, 1.05 * len(money.shown(-max([moved, *balances]))) + 0.5)


def _heads(book: Book, sheet: Worksheet, row: int, words: Sequence[str], *, texts: int = 2) -> int:
    looks = [style.COLUMN_HEAD if i < texts else style.COLUMN_HEAD_RIGHT for i in range(len(words))]
    return _cells(book, sheet, row, words, [look.but(typed=True) for look in looks])


def _cells(book: Book, sheet: Worksheet, row: int, values: Sequence[Value], looks: Sequence[Look]) -> int:
    return line(book, sheet, row, side_by_side(values, looks))


def _accounts(book: Book, sheet: Worksheet, row: int, contents: Contents) -> tuple[int, Formula]:
    """A row per account; returns the row after, and the net movement the statements themselves give."""
    row = heading(book, sheet, row, "Accounts", 9)
    heads = (
        "Account",
        "Name",
        "Opening",
        "Money in",
        "Money out",
        "Set aside",
        "Closing",
        "Difference",
        "Net movement",
    )
    first = row = _heads(book, sheet, row, heads)
    totals = [Decimal(0)] * 9
    for account in contents.accounts:
        label = contents.label(account.account)
        own = Where("Account", "=", label, f"$A{row}")
        money_in, money_out = _moved(book, contents, own)
        inside = Decimal(money_in.value) + Decimal(money_out.value)
        off, net = (
            Formula('"not checked"', "not checked"),
            Formula(f"ROUND(D{row}+E{row}+F{row},2)", inside + account.set_aside),
        )
        if account.opening is not None and account.closing is not None:
            net = Formula(f"ROUND(G{row}-C{row},2)", account.closing - account.opening)
            difference = account.opening + inside + account.set_aside - account.closing
            off = Formula(f"ROUND(C{row}+D{row}+E{row}+F{row}-G{row},2)", difference)
        opening: Value = NOT_STATED if account.opening is None else account.opening
        closing: Value = NOT_STATED if account.closing is None else account.closing
        name = clean(account.account.name)
        values = (label, name, opening, money_in, money_out, account.set_aside, closing, off, net)
        row = _cells(book, sheet, row, values, (style.TYPED, style.TYPED, *[style.AMOUNT] * 7))
        figures = (
            0,
            0,
            account.opening or 0,
            money_in.value,
            money_out.value,
            account.set_aside,
            account.closing or 0,
            0,
        )
        worths = (*figures[:7], off.value if isinstance(off.value, Decimal) else 0, net.value)
        totals = [t + Decimal(w) for t, w in zip(totals, worths, strict=True)]
    sums = [Formula(f"ROUND(SUM({letter(c)}{first}:{letter(c)}{row - 1}),2)", totals[c - 1]) for c in range(3, 10)]
    book.must_be_zero(sheet, f"H{first}:H{row}")
    _cells(book, sheet, row, ("All accounts", "", *sums), (style.TOTAL, style.TOTAL, *[style.TOTAL_AMOUNT] * 7))
    net_all = Formula(f"I{row}-F{row}", totals[8] - totals[5])
    remark = "Difference = opening + money in + money out + rows set aside - closing. It must be 0.00."
    book.line(sheet, row + 1, [(1, 9, remark, style.REMARK)])
    return row + 2, net_all


def _moved(book: Book, contents: Contents, own: Where) -> tuple[Formula, Formula]:
    """What came in and went out as the bank has it: a payout is one sum there, without the fee that it came less."""
    money_in, money_out = Where("Amount", ">", 0), Where("Amount", "<", 0)
    if PAYOUT not in contents.lines:
        return book.sums.amount(own, money_in), book.sums.amount(own, money_out)
    alone = Where(PAYOUT, "=", "")
    single, whole = book.sums.amount(own, money_in, alone), book.sums.amount(own, Where(PAYOUT, "<>", ""))
    both = Formula(f"{single.text}+{whole.text}", Decimal(single.value) + Decimal(whole.value))
    return both, book.sums.amount(own, money_out, alone)


def _matrix(book: Book, sheet: Worksheet, row: int, contents: Contents, net: Formula) -> int:
    """Campaigns down, funds across, every cell a live sum; the grand total ties to the statements."""
    funds = _funds(book, contents)
    columns = 2 + len(funds) + 2
    row = heading(book, sheet, row, "Campaigns and funds", columns)
    head = row
    first = row = _heads(book, sheet, row, ("Campaign", "Name", *funds, "Total", "Lines"))
    not_review, not_other = Where("Status", "<>", "review"), Where("Status", "<>", "not_donation")
    groups: list[tuple[str, str, tuple[Where, ...]]] = [
        (code, name, (Where("Campaign", "=", code, f"$A{first + i}"), not_review, not_other))
        for i, (code, name) in enumerate(_campaigns(book, contents))
    ]
    groups += [
        ("To review", "a person must say", (Where("Status", "=", "review"),)),
        ("Not donations", STATUS_MEANINGS["not_donation"], (Where("Status", "=", "not_donation"),)),
    ]
    totals = [Decimal(0)] * (len(funds) + 2)
    if len(groups) > 2:
        last = first + len(groups) - 3
        at = letter(3 + len(funds))
        book.charted = f"Summary!${at}${first}:${at}${last}", f"Summary!$A${first}:$A${last}"
    for label, name, where in groups:
        sums = [
            book.sums.amount(*where, Where("Fund", "=", fund, f"{letter(3 + i)}${head}"))
            for i, fund in enumerate(funds)
        ]
        value = sum((Decimal(s.value) for s in sums), Decimal(0))
        total = Formula(f"ROUND(SUM(C{row}:{letter(2 + len(funds))}{row}),2)", value)
        count = book.sums.count(*where)
        looks = (style.TYPED, style.TYPED, *[style.SPARSE_AMOUNT] * len(funds), style.AMOUNT, style.COUNT)
        row = _cells(book, sheet, row, (label, name, *sums, total, count), looks)
        totals = [t + Decimal(f.value) for t, f in zip(totals, (*sums, total, count), strict=True)]
    return _matrix_foot(book, sheet, (first, row), totals, net)


def _matrix_foot(book: Book, sheet: Worksheet, rows: tuple[int, int], totals: Sequence[Decimal], net: Formula) -> int:
    first, row = rows
    width = len(totals)
    sums = [
        Formula(f"ROUND(SUM({letter(2 + i)}{first}:{letter(2 + i)}{row - 1}),2)", t) for i, t in enumerate(totals, 1)
    ]
    lines = Formula(sums[-1].text, int(totals[-1]))
    looks = (style.TOTAL, style.TOTAL, *[style.TOTAL_AMOUNT] * (width - 1), style.TOTAL_COUNT)
    _cells(book, sheet, row, ("Total", "", *sums[:-1], lines), looks)
    total, at = totals[-2], letter(1 + width)
    blank = (None,) * (width - 2)
    looks = (style.PLAIN, style.PLAIN, *[style.AMOUNT] * (width - 1))
    said = Formula(f"ROUND({net.text},2)", net.value)
    about = "closing less opening, less rows set aside"
    _cells(book, sheet, row + 1, ("Net movement per statement", about, *blank, said), looks)
    off = Formula(f"ROUND({at}{row}-{at}{row + 1},2)", total - Decimal(net.value))
    looks = (style.TOTAL, style.TOTAL, *[style.TOTAL_AMOUNT] * (width - 1))
    _cells(book, sheet, row + 2, ("Difference to statement", "must be 0.00", *blank, off), looks)
    book.must_be_zero(sheet, f"{at}{row + 2}")
    book.places["matrix amount"] = Formula(f"Summary!{at}{row}", total)
    book.places["matrix count"] = Formula(f"Summary!{letter(2 + width)}{row}", lines.value)
    book.places["statement difference"] = Formula(f"Summary!{at}{row + 2}", off.value)
    return row + 3


def _campaigns(book: Book, contents: Contents) -> list[tuple[str, str]]:
    """Code and name of the campaigns that stand on a credited line, in the order of the register."""
    campaign = book.sums.coded("Campaign")
    credited = np.unique(campaign.codes[contents.lines["Status"].isin(CREDITED).to_numpy()])
    used = {code for code, number in campaign.numbers.items() if number in credited}
    known = [(clean(c.code), clean(c.name)) for c in contents.campaigns.campaigns]
    strays = sorted(used - {code for code, _ in known} - {NO_CAMPAIGN})
    rows = [pair for pair in known if pair[0] in used] + [(code, "not in the register") for code in strays]
    return rows + ([(NO_CAMPAIGN, "credited without a campaign")] if NO_CAMPAIGN in used else [])


def _funds(book: Book, contents: Contents) -> list[str]:
    on_lines = book.sums.coded("Fund").numbers
    used = set(on_lines) - {UNSPECIFIED, NO_FUND}
    known = [clean(name) for name in contents.funds.names] if contents.funds is not None else []
    ordered = [f for f in known if f in used] + sorted(used - set(known))
    return [*ordered, UNSPECIFIED, NO_FUND] if NO_FUND in on_lines else [*ordered, UNSPECIFIED]


def _charts(book: Book, sheet: Worksheet, row: int, contents: Contents) -> None:
    """Gifts by campaign beside gifts by day."""
    by_campaign = bars("Gifts by campaign, rand", *book.charted, across=True) if book.charted else None
    by_day = by_day_chart(contents)
    for chart, at, width in ((by_campaign, "A", 15), (by_day, "D", 22)):
        if chart is not None:
            chart.width, chart.height = width, 10
            sheet.add_chart(chart, f"{at}{row}")


def _statuses(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    row = heading(book, sheet, row, "Status of every line", 6)
    first = row = _heads(book, sheet, row, ("Status", "Meaning", "Lines", "Money in", "Money out", "Net"))
    totals = [Decimal(0)] * 4
    for status, meaning in STATUS_MEANINGS.items():
        own = Where("Status", "=", status)
        count = book.sums.count(own)
        money_in, money_out = (
            book.sums.amount(own, Where("Amount", ">", 0)),
            book.sums.amount(own, Where("Amount", "<", 0)),
        )
        net = Formula(f"ROUND(D{row}+E{row},2)", Decimal(money_in.value) + Decimal(money_out.value))
        looks = (style.TYPED, style.TYPED, style.COUNT, *[style.AMOUNT] * 3)
        row = _cells(book, sheet, row, (status, meaning, count, money_in, money_out, net), looks)
        totals = [t + Decimal(f.value) for t, f in zip(totals, (count, money_in, money_out, net), strict=True)]
    values: list[Value] = [Formula(f"SUM(C{first}:C{row - 1})", int(totals[0]))]
    values += [Formula(f"ROUND(SUM({c}{first}:{c}{row - 1}),2)", t) for c, t in zip("DEF", totals[1:], strict=True)]
    looks = (style.TOTAL, style.TOTAL, style.TOTAL_COUNT, *[style.TOTAL_AMOUNT] * 3)
    _cells(book, sheet, row, ("All lines", "", *values), looks)
    book.places["status count"] = Formula(f"Summary!C{row}", int(totals[0]))
    book.places["status amount"] = Formula(f"Summary!F{row}", totals[3])
    if PAYOUT not in contents.lines:
        return row
    book.line(sheet, row + 1, [(1, 9, GIFT_BY_GIFT, style.REMARK)])
    return row + 1


SHEET = _Summary()

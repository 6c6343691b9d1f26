"""The bank's sample of each CSV layout, with one row of it to be written otherwise."""

import re
from dataclasses import dataclass
from pathlib import Path

from reconcile import money
from reconcile.statement import Statement

FOLDER = Path(__file__).parent / "samples"
FILE = "62000012345.csv"


@dataclass(frozen=True)
class Sample:
    """A sample, what its rows begin with, and its row of R 1 000.00 from ABSA BANK: where it stands and how."""

    file: str
    rows: str
    line: int
    row: str
    date: str
    balance: str
    text: str = "ABSA BANK mbf 0031"
    oldest_first: bool = True

    @property
    def whole(self) -> str:
        return (FOLDER / self.file).read_bytes().decode()

    def written(self, *, reference: str = "mbf 0031", amount: str = "1000.00", **cells: str) -> str:
        """The row with some of its cells otherwise."""
        own = {"date": self.date, "balance": self.balance, "text": self.text}
        return self.row.format(**own | cells, reference=reference, amount=amount)

    def with_row(self, row: str) -> str:
        """The sample with another row in place of that one."""
        lines = self.whole.split("\n")
        assert lines[self.line - 1] == self.written(), lines[self.line - 1]
        lines[self.line - 1] = row
        return "\n".join(lines)

    def row_lines(self) -> list[int]:
        """The numbers of the lines that are rows."""
        return [n for n, line in enumerate(self.whole.split("\n"), 1) if re.match(self.rows, line)]

    def edited(self, edit) -> str:
        """The sample after `edit` has changed the list of its lines; it is also given where the first row stands."""
        lines = self.whole.split("\n")
        edit(lines, self.row_lines()[0] - 1)
        return "\n".join(lines)


SAMPLES = {
    "history": Sample(
        "01-history-download.csv",
        "2026/",
        26,
        "{date}, {amount}, {balance}, {text}",
        "2026/02/03",
        "6126.55",
        oldest_first=False,
    ),
    "emailed": Sample(
        "04-statement-emailed-recordtypes.csv",
        r"5,\d",
        43,
        '5,4,\'{date}\',"Magtape Credit","{text}",,{amount},{balance},',
        "19 Dec",
        "11120.44",
        "ABSA Bank Mbf 0031",
    ),
    "blocks": Sample(
        "05-recreated-statement-blocks.csv",
        "2026",
        16,
        "{date},{text},{reference},,CR,{amount},{balance}",
        "20260203",
        "6126.55",
    ),
    "flat": Sample(
        "05b-recreated-statement-flat.csv",
        ",{10}2026",
        6,
        ",,,,,,,,,,{date},{text},{reference},,CR,{amount},{balance}",
        "20260203",
        "6126.55",
    ),
    "business": Sample(
        "06-business-servicefee-columns.csv",
        "2026-",
        7,
        "{date},0.00,{amount},{text},{reference},{balance},\x00,",
        "2026-02-03",
        "6126.55",
    ),
    "enterprise": Sample(
        "07-enterprise-csv-date-number.csv",
        "08/02/2026",
        5,
        "08/02/2026,12,{text},00000004,{amount},{date},{balance}",
        "03/02",
        "6126.55",
    ),
}
NAMED = ("blocks", "flat", "business")
"""The layouts whose columns have names, the payer's reference among them."""


def rows(statement: Statement) -> list[tuple[str, int, str]]:
    """Day, cents and text of each transaction."""
    found = statement.transactions
    days = found["date"].dt.strftime("%Y-%m-%d")
    return list(zip(days, money.cents(found["amount"]).tolist(), found["description"], strict=True))

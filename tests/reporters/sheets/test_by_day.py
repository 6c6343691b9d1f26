"""By day: the lines and the amount of each day with gifts, and the charts of Summary that show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart
from readback import find, in_cents, rows
from small_statements import ENTRIES, OTHER, Entry, Written, make_matches, make_statement, written

MORE = (Entry(3, 10_07, "IDB", campaign="IDB"), Entry(30, 7_00, "TRF OUT", status="not_donation", kind="payment_out"))


def two_accounts() -> Written:
    one, other = make_statement(), make_statement(MORE, account=OTHER, file="other.ofx")
    return Written([one, other], make_matches((one, ENTRIES), (other, MORE)))


def shown(path: Path) -> list[tuple[datetime, int, int]]:
    """The days of the sheet: day, lines, cents."""
    own = [row[:3] for row in rows(path, "By day")[4:] if isinstance(row[0], datetime)]
    return [(day, lines, in_cents([amount])) for day, lines, amount in own]


def test_each_day_with_gifts_has_its_lines_and_its_amount_reversals_taken_off(tmp_path: Path) -> None:
    path = two_accounts().to(tmp_path / "a.xlsx")
    credited = [e for e in (*ENTRIES, *MORE) if e.status in ("matched", "decided")]
    days = sorted({e.day for e in credited})
    assert days == [1, 2, 3]
    assert shown(path) == [
        (
            datetime(2018, 9, day),  # noqa: DTZ001
            sum(e.day == day for e in credited),
            sum(e.cents for e in credited if e.day == day),
        )
        for day in days
    ]
    assert find(path, "By day", "All days", 2) == len(credited)
    assert in_cents([find(path, "By day", "All days", 3)]) == sum(e.cents for e in credited)


def test_where_nothing_is_credited_the_totals_are_zero(tmp_path: Path) -> None:
    path = written(*[e for e in ENTRIES if e.status == "review"]).to(tmp_path / "a.xlsx")
    assert shown(path) == []
    assert [find(path, "By day", "All days", column) for column in (2, 3)] == [0, 0]


def drawn(path: Path) -> Iterator[tuple[str, str]]:
    """The cells of each chart of Summary: its amounts, and their labels."""
    for chart in openpyxl.load_workbook(path)["Summary"]._charts:
        assert isinstance(chart, BarChart)
        [series] = chart.series
        yield series.val.numRef.f, series.cat.strRef.f


def test_the_charts_show_every_campaign_and_every_day_and_nothing_else(tmp_path: Path) -> None:
    path = two_accounts().to(tmp_path / "a.xlsx")
    cells = openpyxl.load_workbook(path, data_only=True)

    def values(where: str) -> list[object]:
        sheet, area = where.replace("$", "").replace("'", "").split("!")
        return [cell.value for (cell,) in cells[sheet][area]]

    by_campaign, by_day = [[values(where) for where in pair] for pair in drawn(path)]
    assert by_campaign[1] == ["GAZ", "IDB", "ORF"]
    assert in_cents(by_campaign[0]) == in_cents([find(path, "By campaign", "All campaigns", 8)])
    assert by_day[1] == [day for day, *_ in shown(path)]
    assert [in_cents([amount]) for amount in by_day[0]] == [cents for *_, cents in shown(path)]


@pytest.mark.parametrize("entries", [[], [e for e in ENTRIES if e.status == "review"]], ids=["no lines", "no gifts"])
def test_where_nothing_is_credited_there_is_no_chart(tmp_path: Path, entries: list[Entry]) -> None:
    assert list(drawn(written(*entries).to(tmp_path / "a.xlsx"))) == []

"""Whatever the ledger, what is written as the bank writes it is read back whole."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from ledgers import ACCOUNT, TEXTS, Entry, entries
from writers import WRITERS, reference

from reconcile import money
from reconcile.parsers import read_statement

# as the bank closes its year, and amounts no charity has seen
BIG = st.integers(-(10**11), 10**11)
DAYS_BEFORE_NEW_YEAR = timedelta(days=10)

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
LINE_ENDS = ["\n", "\r\n", "\r"]


def anything(text: str) -> bool:
    return bool(text)


def unlike_a_quoted_cell(text: str) -> bool:
    """The bank quotes no cell of a table, a spreadsheet does: a cell in quotes may be either's."""
    return not any(cell.lstrip(" ").startswith('"') for part in (text, reference(text)) for cell in part.split(","))


def part_of_a_table(text: str) -> bool:
    """Commas are not quoted either: which belong to the text and which end it is told by the reference in it."""
    return unlike_a_quoted_cell(text) and not text.endswith(",") and not reference(text).startswith(",")


def no_rest_of_an_amount(text: str) -> bool:
    """A text that stands behind the amount and goes on like one (`0,5`) is set aside: it may be the rest of that."""
    return part_of_a_table(text) and not re.match(r"[0-9]{1,3}(\.[0-9]{2})?,", text)


def without_the_end_of_a_description(text: str) -> bool:
    """In the e-mailed statement a quote in front of a comma ends a description."""
    return '",' not in text and '" ' not in text and not text.endswith('"') and '""' not in text


CAN_SAY: dict[str, Callable[[str], bool]] = {
    "e-mailed": without_the_end_of_a_description,
    "recreated blocks": part_of_a_table,
    "recreated flat": part_of_a_table,
    "business": no_rest_of_an_amount,
    "enterprise": unlike_a_quoted_cell,
}
"""What texts a layout can carry, where it cannot carry all. A line end in a text can stand in none of them."""


def expected(ledger: list[Entry], *, moving: bool) -> list[tuple[str, int, str]]:
    return [(e.day.isoformat(), e.cents, e.text) for e in ledger if bool(e.cents) == moving]


def found(frame) -> list[tuple[str, int, str]]:
    days = frame["date"].dt.strftime("%Y-%m-%d")
    return list(zip(days, money.cents(frame["amount"]).tolist(), frame["description"], strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round-trip")


def delivered(folder, text: str, encoding: str, line_end: str, *, zipped: bool, suffix: str):
    """The file as it arrives: in this encoding, with these line ends, alone or in the bank's ZIP."""
    content = text.replace("\n", line_end).encode(encoding)
    path = folder / (f"transaction_history{suffix}.zip" if zipped else f"{ACCOUNT}{suffix}")
    if zipped:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{ACCOUNT}{suffix}", content)
        content = packed.getvalue()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("layout", WRITERS)
@tries(max_examples=20)
@given(st.data())
def test_a_ledger_comes_back_whole_and_in_order_from_every_layout(layout, folder, data):
    texts = TEXTS.filter(CAN_SAY.get(layout, anything))
    ledger = [Entry(e.day - DAYS_BEFORE_NEW_YEAR, e.cents, e.text) for e in data.draw(entries(texts, BIG))]
    encoding = data.draw(st.sampled_from(ENCODINGS))
    # two or three letters of Windows-1252 in a row can be one of UTF-8, and nothing tells which was meant
    assume(encoding != "cp1252" or not any(re.search("[éëŠ]{2}", e.text) for e in ledger))
    path = delivered(
        folder,
        WRITERS[layout](ledger),
        encoding,
        data.draw(st.sampled_from(LINE_ENDS)),
        zipped=data.draw(st.booleans()),
        suffix=".ofx" if layout.startswith("OFX") else ".csv",
    )
    s = read_statement(path)
    assert Counter(found(s.transactions)) == Counter(expected(ledger, moving=True))
    assert Counter(found(s.notices)) == Counter(expected(ledger, moving=False))
    if ledger[0].day != ledger[-1].day:
        # on one day alone nothing but the balances tells the order, and they may fit both ways
        assert found(s.transactions) == expected(ledger, moving=True)
    assert len(s.quarantined) == 0
    assert s.proof.complete
    assert s.closing == s.opening + Decimal(sum(e.cents for e in ledger)).scaleb(-2)
    assert s.transactions["transaction_id"].is_unique


@tries(max_examples=20)
@given(entries())
def test_the_same_ledger_has_the_same_ids_in_every_layout(folder, ledger):
    # all texts that every layout can carry; of rows that move money alone, in the order of their days
    ledger = [
        Entry(e.day + timedelta(days=n), e.cents, re.sub('[",]', "", e.text).strip() or "A")
        for n, e in enumerate(e for e in ledger if e.cents)
    ]
    assume(ledger)
    ids = {}
    for layout, write in WRITERS.items():
        suffix = ".ofx" if layout.startswith("OFX") else ".csv"
        s = read_statement(delivered(folder, write(ledger), "utf-8", "\n", zipped=False, suffix=suffix))
        if layout != "card history":
            ids[layout] = s.transactions["transaction_id"].tolist()
    assert len({tuple(i) for i in ids.values()}) == 1, ids


@tries(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([98_00, 120_50, 98_00]), TEXTS), min_size=1, max_size=8))
def test_a_row_of_the_e_mailed_statement_that_failed_moves_nothing(folder, rows):
    """A debit order that failed keeps its amount, but the balance stands still and no count of the summary has it."""
    texts = [re.sub('"', "", text).strip() or "A" for _, _, text in rows]
    day = date(2026, 1, 5)
    ledger = [Entry(day, cents, text) for (_, cents, _), text in zip(rows, texts, strict=True)]
    failed = [Entry(e.day, e.cents * (not fails), e.text) for e, (fails, _, _) in zip(ledger, rows, strict=True)]
    text = WRITERS["e-mailed"](failed)
    for number, (e, (fails, _, _)) in enumerate(zip(ledger, rows, strict=True), 1):
        if fails:
            text = re.sub(rf"^(5,{number},.*),0\.00,([^,]*),$", rf"\1,{e.cents / 100:.2f},\2,", text, flags=re.M)
    s = read_statement(delivered(folder, text, "utf-8", "\n", zipped=False, suffix=".csv"))
    assert found(s.transactions) == expected(failed, moving=True)
    fails = [fails for fails, _, _ in rows]
    assert found(s.notices) == [row for row, f in zip(expected(ledger, moving=True), fails, strict=True) if f]
    assert s.proof.complete

"""Workbooks that come back from review, or that are verified: filled in, edited or of something else.

As in made.py. All are of one small workbook, written once, whose cells are then changed in its XML.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from unittest import mock
from xml.sax.saxutils import escape

import pandas as pd
from made import HISTORY, OFX, SAMPLES, rewritten, sheet, written
from made_nights import a_job, reconcile
from made_stores import NAME as STORE
from made_stores import an_empty_one
from openpyxl.utils import get_column_letter

import reconcile as rc
from reconcile.errors import ReconcileError
from reconcile.reporters import seal
from reconcile.reporters.sheets.review import COLUMNS
from reconcile.review import Reviewed, seals, together, with_decisions
from reconcile.review.cells import read_book
from reconcile.store import journal

NAME, MONTH = "september.xlsx", "2026-02"
HEADINGS = [c.heading for c in COLUMNS if c.heading != "Bank reference"]
LETTER = {heading: get_column_letter(at) for at, heading in enumerate(HEADINGS, start=1)}
HEAD, FIRST, SECOND = 4, 5, 6
"""The rows of the sheet To review: its headings, R 500.00 and R 250.00."""

WHOLE = {"Your campaign": "IDB", "Your fund": "zakat"}
OTHER = {"Your campaign": "YEM", "Your fund": "zakat"}
Cells = Mapping[str, object]


def campaigns() -> rc.CampaignRegister:
    return rc.read_campaigns(SAMPLES / "campaigns.csv")


def statement(content: str = HISTORY, name: str = "history.csv") -> rc.Statement:
    with tempfile.TemporaryDirectory() as folder:
        return rc.read_statement(written(Path(folder), name, content))


@cache
def from_a_store() -> tuple[bytes, bytes]:
    """A store of three rows, and the workbook of its month, of which two rows are to review."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with rc.open_store(an_empty_one(folder)) as store:
            store.add(statement(), by="Thandi")
            store.match(campaigns(), by="Thandi")
            view = store.month(MONTH)
        assert view
        rc.write_month(folder / NAME, view, campaigns=campaigns(), funds=rc.read_funds(SAMPLES / "funds.csv"))
        return (folder / STORE).read_bytes(), (folder / NAME).read_bytes()


@cache
def from_a_file(mask: bool = False) -> bytes:
    """The workbook of the same statement without a store."""
    with tempfile.TemporaryDirectory() as folder:
        own, path = statement(), Path(folder, NAME)
        funds = rc.read_funds(SAMPLES / "funds.csv")
        matches = rc.match(own.transactions, campaigns(), funds=funds)
        rc.write_workbook(path, statements=[own], matches=matches, campaigns=campaigns(), funds=funds, mask=mask)
        return path.read_bytes()


def a_store(folder: Path) -> Path:
    return written(folder, STORE, from_a_store()[0])


def a_book(folder: Path, name: str = NAME) -> Path:
    return written(folder, name, from_a_store()[1])


def cell(xml: str, place: str, value: object) -> str:
    """The XML of a sheet with something typed into a cell: a text, a number, or a formula that begins with `=`."""
    if isinstance(value, str):
        text = escape(value)
        kind, inside = ("", f"<f>{text[1:]}</f>") if text[:1] == "=" else (' t="inlineStr"', f"<is><t>{text}</t></is>")
    else:
        kind, inside = "", f"<v>{value}</v>"
    edited, count = re.subn(
        rf'<c r="{place}"( s="[0-9]+")?[^>]*?(/>|>.*?</c>)',
        lambda found: f'<c r="{place}"{found[1] or ""}{kind}>{inside}</c>',
        xml,
        count=1,
    )
    assert count, place
    return edited


def part_of(path: Path, name: str) -> tuple[str, str]:
    """The name of the part of a sheet, and its XML."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        names = re.findall(r'<sheet [^>]*name="([^"]+)"', package.read("xl/workbook.xml").decode())
        part = f"xl/worksheets/sheet{names.index(name) + 1}.xml"
        return part, package.read(part).decode()


def edited(path: Path, name: str, cells: Cells) -> Path:
    """The workbook with something else in some cells of a sheet, by their places."""
    part, xml = part_of(path, name)
    for place, value in cells.items():
        xml = cell(xml, place, value)
    return rewritten(path, {part: xml.encode()})


def filled(path: Path, *rows: Cells) -> Path:
    """The workbook with some cells of the first rows to review filled in, by their headings."""
    given = {f"{LETTER[h]}{at}": value for at, own in enumerate(rows, FIRST) for h, value in own.items()}
    return edited(path, "To review", given)


def replaced(path: Path, part: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        content = package.read(part).decode()
    assert old in content
    return rewritten(path, {part: content.replace(old, new).encode()})


def tell(refused: Sequence[ReconcileError]) -> None:
    """Raise what a command would print first."""
    if refused:
        raise refused[0]


def a_printed_workbook(folder: Path, stack: ExitStack) -> Path:
    """the workbook as somebody printed it, a PDF named `.xlsx`."""
    return written(folder, NAME, b"%PDF-1.7 \n")


def a_workbook_cut_off(folder: Path, stack: ExitStack) -> Path:
    """the workbook without its last hundred bytes."""
    return written(folder, NAME, from_a_store()[1][:-100])


def two_sheets_of_one_name(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the sheet Funds was named Register too."""
    return replaced(a_book(folder), "xl/workbook.xml", 'name="Funds"', 'name="Register"')


def rows_out_of_order(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which another program wrote row 6 of the sheet To review as a second row 5."""
    path = a_book(folder)
    part, xml = part_of(path, "To review")
    return rewritten(path, {part: xml.replace('<row r="6"', '<row r="5"').encode()})


def a_list_of_donors(folder: Path, stack: ExitStack) -> Path:
    """a workbook with a list of donors."""
    return sheet(folder, [["Donor", "Amount"], ["J Ndlovu", 100]], name="donors.xlsx")


def no_headings(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the heading "Row hash" of the sheet To review was typed over."""
    return filled_head(folder, "Row hash", "checked")


def filled_head(folder: Path, heading: str, words: str) -> Path:
    return edited(a_book(folder), "To review", {f"{LETTER[heading]}{HEAD}": words})


def a_heading_typed_over(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the heading "Your fund" was made "Fund chosen"."""
    return filled_head(folder, "Your fund", "Fund chosen")


def a_heading_twice(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the heading "State" was made "Your fund"."""
    return filled_head(folder, "State", "Your fund")


def no_register(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the sheet Register was named otherwise."""
    return replaced(a_book(folder), "xl/workbook.xml", 'name="Register"', 'name="Campaigns"')


def a_campaign_typed_in(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the first campaign of the sheet Register was made another one."""
    return edited(a_book(folder), "Register", {f"A{FIRST}": "SCH"})


def a_register_without_headings(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the heading "Campaign" of the sheet Register was typed over."""
    return edited(a_book(folder), "Register", {f"A{HEAD}": "Code"})


def an_amount_typed_over(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the amount of a row was made another."""
    return filled(a_book(folder), {**WHOLE, "Amount": 400})


def a_row_copied(folder: Path, stack: ExitStack) -> Path:
    """a workbook in which the first row to review was copied over the second."""
    path = filled(a_book(folder), WHOLE)
    part, xml = part_of(path, "To review")
    rows = re.findall(r'<row r="[56]".*?</row>', xml)
    copy = re.sub(r'(<row r="|<c r="[A-Z]+)5"', r'\g<1>6"', rows[0])
    return rewritten(path, {part: xml.replace(rows[1], copy).encode()})


def a_formula_typed_in(folder: Path, stack: ExitStack) -> Path:
    """`=K6` typed into the cell for the campaign."""
    return filled(a_book(folder), {**WHOLE, "Your campaign": "=K6"})


def a_letter_for_a_note(folder: Path, stack: ExitStack) -> Path:
    """a letter of 3 000 characters pasted into the cell for the note."""
    return filled(a_book(folder), {**WHOLE, "Your note": "dear " * 600})


def a_note_alone(folder: Path, stack: ExitStack) -> Path:
    """a note and nothing else."""
    return filled(a_book(folder), {"Your note": "ask the branch"})


def parts_that_differ(folder: Path, stack: ExitStack) -> Path:
    """parts of R 300.00 and R 100.00 of R 500.00."""
    return split(folder, ("IDB", "zakat", 300), ("YEM", "zakat", 100))


def split(folder: Path, *parts: tuple[object, ...]) -> Path:
    headings = ("Your campaign", "Your fund", "Your amount"), ("Campaign 2", "Fund 2", "Amount 2")
    own = {h: v for hs, vs in zip(headings, parts, strict=True) for h, v in zip(hs, vs, strict=True) if v is not None}
    return filled(a_book(folder), own)


def a_part_below_zero(folder: Path, stack: ExitStack) -> Path:
    """parts of R 600.00 and R -100.00 of R 500.00."""
    return split(folder, ("IDB", "zakat", 600), ("YEM", "zakat", -100))


def a_part_twice(folder: Path, stack: ExitStack) -> Path:
    """two parts for IDB zakat."""
    return split(folder, ("IDB", "zakat", 300), ("IDB", "zakat", 200))


def a_part_without_an_amount(folder: Path, stack: ExitStack) -> Path:
    """two parts, of which the second has no amount."""
    return split(folder, ("IDB", "zakat", 300), ("YEM", "zakat", None))


def an_amount_in_words(folder: Path, stack: ExitStack) -> Path:
    """two parts, of which one is "half"."""
    return split(folder, ("IDB", "zakat", "half"), ("YEM", "zakat", 250))


def a_fund_for_no_gift(folder: Path, stack: ExitStack) -> Path:
    """ "not a gift" chosen as the campaign, and a fund."""
    return filled(a_book(folder), {**WHOLE, "Your campaign": "not a gift"})


def a_fund_alone(folder: Path, stack: ExitStack) -> Path:
    """a fund and no campaign."""
    return filled(a_book(folder), {"Your fund": "zakat"})


def a_campaign_alone(folder: Path, stack: ExitStack) -> Path:
    """a campaign and no fund, where the payer named none."""
    return filled(a_book(folder), {"Your campaign": "IDB"})


def a_misspelt_campaign(folder: Path, stack: ExitStack) -> Path:
    """a campaign that was typed, not chosen from the list."""
    return filled(a_book(folder), {**WHOLE, "Your campaign": "IDBB"})


def two_reviewers(folder: Path, stack: ExitStack) -> None:
    """two workbooks, in which two people decided a payment each in their way."""
    paths = filled(a_book(folder, "thandi.xlsx"), WHOLE), filled(a_book(folder, "sipho.xlsx"), OTHER)
    tell(together([rc.read_decisions(path) for path in paths]).refused)


def applied(reviewed: Reviewed, register: rc.CampaignRegister, content: str = HISTORY) -> None:
    """What `reconcile run --reviewed` does with decisions, without the workbook that it writes then."""
    own = statement(content)
    found = with_decisions(own.transactions, rc.match(own.transactions, register), reviewed, by="Thandi", on=MONTH)
    tell(found.refused)


def decided_of_other_statements(folder: Path, stack: ExitStack) -> None:
    """a workbook of February, and the statement of the first two days."""
    days = HISTORY.replace("5126.55, 5126.55", "4376.55, 4376.55").replace(HISTORY.splitlines()[-3], "")
    days = days.replace(HISTORY.splitlines()[-2], "")
    applied(rc.read_decisions(filled(a_book(folder), WHOLE)), campaigns(), days)


def one_more_name() -> rc.CampaignRegister:
    """The register with a campaign that is called as a payer writes."""
    rows = pd.DataFrame({"code": ["IDB", "ORC"], "name": ["Idlib Appeal", "Orphan Care"], "aliases": ["", "Mokoena"]})
    return rc.read_campaigns(rows)


def decided_by_a_rule_too(folder: Path, stack: ExitStack) -> None:
    """a register that got another name for a campaign meanwhile."""
    applied(rc.read_decisions(filled(a_book(folder), WHOLE)), one_more_name())


def taken(store: rc.Store, path: Path, by: str = "Sipho") -> None:
    tell(rc.take_decisions(store, rc.read_decisions(path), by=by).refused)


def on_a_day(stack: ExitStack) -> None:
    """Let the store write down the same day on every day."""
    clock = mock.Mock(now=lambda zone: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    stack.enter_context(mock.patch.object(journal, "datetime", clock))


def decided_in_another_store(folder: Path, stack: ExitStack) -> None:
    """a workbook of another store."""
    with rc.open_store(an_empty_one(folder)) as store:
        taken(store, filled(a_book(folder), WHOLE))


def decided_meanwhile(folder: Path, stack: ExitStack) -> None:
    """a payment that was decided from another workbook before."""
    with rc.open_store(a_store(folder)) as store:
        taken(store, filled(a_book(folder), OTHER), by="Thandi")
        taken(store, filled(a_book(folder), WHOLE))


def credited_meanwhile(folder: Path, stack: ExitStack) -> None:
    """a payment that was matched since with another register."""
    with rc.open_store(a_store(folder)) as store:
        store.match(one_more_name(), by="Thandi")
        taken(store, filled(a_book(folder), WHOLE))


def taken_back(folder: Path, stack: ExitStack) -> None:
    """a workbook that is handed in again after one of its decisions was taken back."""
    path = filled(a_book(folder), WHOLE)
    with rc.open_store(a_store(folder)) as store:
        taken(store, path)
        store.undo(str(store.decisions()["transaction_id"].iloc[0]), by="Thandi", reason="another donor")
        taken(store, path)


def decided_under_the_mask(folder: Path, stack: ExitStack) -> None:
    """a workbook that was written with `--mask`."""
    with rc.open_store(a_store(folder)) as store:
        taken(store, filled(written(folder, NAME, from_a_file(mask=True)), WHOLE))


def decided_on_other_words(folder: Path, stack: ExitStack) -> None:
    """a payment of which the bank gave another text when the rows were shown."""
    own = statement()
    own.transactions["description"] = own.transactions["description"].str.replace("MOKOENA", "MOKOENA AND SON")
    rows = rc.review_rows([own], rc.match(own.transactions, campaigns()), campaigns=campaigns())
    rows.loc[0, list(WHOLE)] = list(WHOLE.values())
    with rc.open_store(a_store(folder)) as store:
        tell(rc.take_decisions(store, rc.read_decisions(rows), by="Sipho").refused)


def verified_without_its_store(folder: Path, stack: ExitStack) -> None:
    """the workbook of a month of a store, and statement files."""
    rc.verify_workbook(a_book(folder), statements=[statement()])


def verified_without_its_files(folder: Path, stack: ExitStack) -> None:
    """a workbook of statement files, and a store."""
    with rc.open_store(a_store(folder)) as store:
        rc.verify_workbook(written(folder, NAME, from_a_file()), store=store)


def verified_with_another_store(folder: Path, stack: ExitStack) -> None:
    """the workbook of a month, and a store that has nothing of it."""
    with rc.open_store(an_empty_one(folder)) as store:
        rc.verify_workbook(a_book(folder), store=store)


def verified_with_other_files(folder: Path, stack: ExitStack) -> None:
    """a workbook of one statement, and another statement."""
    other = rc.read_statement(SAMPLES / "history-2018-09.csv")
    rc.verify_workbook(written(folder, NAME, from_a_file()), statements=[other])


def verified_with_a_file_too_many(folder: Path, stack: ExitStack) -> None:
    """a workbook of one statement, and that statement with another."""
    other = rc.read_statement(SAMPLES / "history-2018-09.csv")
    rc.verify_workbook(written(folder, NAME, from_a_file()), statements=[statement(), other])


def verified_with_a_changed_file(folder: Path, stack: ExitStack) -> None:
    """a workbook of one statement, and that statement with a payer's words changed."""
    other = statement(HISTORY.replace("MBF0107", "MBF0170"))
    rc.verify_workbook(written(folder, NAME, from_a_file()), statements=[other])


def verified_with_a_refused_file(folder: Path, stack: ExitStack) -> None:
    """a workbook of two statements, one of which is damaged."""
    own, path = [statement(), statement(OFX, "history.ofx")], folder / NAME
    matches = rc.match(rc.merge_statements(own).transactions, campaigns())
    rc.write_workbook(path, statements=own, matches=matches, campaigns=campaigns())
    written(folder, "history.ofx", OFX)
    written(folder, "history.csv", HISTORY.replace("500.00", "600.00"))
    reconcile(f"verify {NAME} --statements history.csv history.ofx")


def verified_with_other_funds(folder: Path, stack: ExitStack) -> None:
    """a workbook made with `--funds`, and the register alone to decide again."""
    path, given = written(folder, NAME, from_a_file()), {"campaigns": campaigns(), "funds": rc.default_funds()}
    rc.verify_workbook(path, statements=[statement()], **given)


def verified_without_its_sources(folder: Path, stack: ExitStack) -> None:
    """a workbook and nothing else, where no `reconcile.toml` lies."""
    written(folder, NAME, from_a_file())
    reconcile(f"verify {NAME}")


def verified_without_a_workbook(folder: Path, stack: ExitStack) -> None:
    """the workbook as the last of the statements."""
    written(folder, NAME, from_a_file())
    reconcile(f"verify --statements history.csv {NAME}")


def verified_under_the_mask(folder: Path, stack: ExitStack) -> None:
    """a workbook without payers' words, of a statement held against receipts, and that statement alone."""
    own, path = statement(), folder / NAME
    matches = rc.match(own.transactions, campaigns())
    receipt = {"receipt_id": ["00412"], "date": ["2018-09-03"], "amount": ["500.00"], "payer": ["Thandi Nkosi"]}
    found = rc.reconcile(own.transactions, rc.read_receipts(pd.DataFrame(receipt)), matches=matches)
    given = {"statements": [own], "matches": matches, "campaigns": campaigns()}
    rc.write_workbook(path, **given, mask=True, reconciliation=found)
    rc.verify_workbook(path, statements=[own])


def gifts_under_the_mask(folder: Path, stack: ExitStack) -> None:
    """a workbook without payers' words, with the gifts of a payout, and the register alone to decide them again."""
    own, path = statement(), folder / NAME
    payouts = {"payout": ["88213"], "date": ["2018-09-06"], "gift": ["88213-01"], "reference": ["IDB Zakat"]}
    report = rc.read_payouts(pd.DataFrame({**payouts, "gross": ["250.00"], "fee": ["10.00"], "net": ["240.00"]}))
    gifts = rc.explode_payouts(own.transactions, report, campaigns())
    given = {"statements": [own], "matches": gifts.matches, "campaigns": campaigns()}
    rc.write_workbook(path, **given, mask=True, exploded=gifts)
    rc.verify_workbook(path, statements=[own], campaigns=campaigns())


def a_workbook_of_another_version(folder: Path, stack: ExitStack) -> None:
    """a workbook whose sheet Register calls the column "Also called" otherwise, as another version might."""
    path = written(folder, NAME, from_a_file())
    before = sealed(path)
    part, xml = part_of(path, "Register")
    rewritten(path, {part: xml.replace("Also called", "Aliases").encode()})
    part, xml = part_of(path, "Control")
    rewritten(path, {part: xml.replace(before, sealed(path)).encode()})
    rc.verify_workbook(path, statements=[statement()])


def sealed(path: Path) -> str:
    """What the seal of the sheet Register must be."""
    return seal.of_cells(seals._told(read_book(path).sheets["Register"], None))


def a_name_that_is_taken(folder: Path, stack: ExitStack) -> None:
    """a workbook of that name in the folder."""
    a_book(folder, "audit.xlsx")
    reconcile("workbook 2026-02 --out audit.xlsx")


def another_ending(folder: Path, stack: ExitStack) -> None:
    """`audit.xls` as its name."""
    reconcile("workbook 2026-02 --out audit.xls")


def a_month_that_is_not_there(folder: Path, stack: ExitStack) -> None:
    """a month of which the store has no statement."""
    a_job(folder)
    a_store(folder)
    reconcile("workbook 2018-10 --out audit.xlsx")


def a_sample_of_nothing(folder: Path, stack: ExitStack) -> None:
    """a statement without rows, and an auditor's sample of it."""
    own = statement(re.sub(r"<STMTTRN>.*</STMTTRN>\n", "", OFX, flags=re.DOTALL), "february.ofx")
    matches = rc.match(own.transactions, campaigns())
    sample = rc.Sampling(5)
    rc.write_workbook(folder / NAME, statements=[own], matches=matches, campaigns=campaigns(), sample=sample)

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.matching import bank_words
from reconcile.matching.evaluation.labelled import read_labelled
from reconcile.matching.narrative import narrate
from reconcile.matching.two_texts import review_two_texts
from reconcile.matching.words import chunks, fold
from reconcile.merging import merge_statements
from reconcile.reporters import masking
from reconcile.reporters.masking import MARK, kept_words, mask_findings, mask_quoted, mask_texts
from reconcile.run import read_all
from reconcile.schema import CONFLICTS, TEXT
from reconcile.store.memory import Remembered, recall
from tests.labelled_sets import LABELLED, SAMPLE, SAMPLES, every_set, funds_of, register_of

REGISTER = read_campaigns(
    pd.DataFrame(
        [
            ("ROOF25", "Clinic Roof", "Roof|New Roof for the Clinic"),
            ("MBF-M14", "Bursaries 2025", "Molefe's Bursary"),
            ("KIT", "School Kitchen", "Soup Kitchen|Dig a Well"),
            ("A.W", "Winter", ""),
            ("0042", "Zoë House", ""),
        ],
        columns=["code", "name", "aliases"],
    )
)
KEEP = kept_words(REGISTER, None)


def texts(*given: str | None) -> pd.Series:
    return pd.Series(list(given), dtype=TEXT)


def masked(text: str, **how: bool) -> str:
    return str(mask_texts(texts(text), KEEP, **how)[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FNB APP PAYMENT FROM  T MOKOENA ROOF25", "FNB APP PAYMENT FROM ••• ROOF25"),
        ("FNB App Payment From T Mokoena Roof25", "FNB App Payment From ••• Roof25"),
        ("MAGTAPE CREDIT CAPITEC   KIT ZAKAT", "MAGTAPE CREDIT CAPITEC   KIT ZAKAT"),
        ("Magtape Credit Capitec   Naidoo Kit", "Magtape Credit Capitec ••• Kit"),
        ("CAPITEC   PILLAY", "CAPITEC •••"),
        ("INVESTECPBNAIDOO KIT", "INVESTECPB••• KIT"),
        ("PAYMENT 1DAY CR NAIDOO", "PAYMENT 1DAY CR •••"),
        ("FNBOBPMT KIT", "FNBOBPMT KIT"),
        ("RTC CREDIT NAIDOO KIT 0A1B2C3D4E", "RTC CREDIT ••• KIT •••"),
        ("RTC CREDIT 0A1B2C3D4E NAIDOO", "RTC CREDIT •••"),
        ("INWARD SWIFT R026H2K7Q1 VAN DYK", "INWARD SWIFT •••"),
        ("ADT CASH DEPOPARKSIDE ROOF25", "ADT CASH DEPO••• ROOF25"),
        ("ADT CASH DEPO00882112 NAIDOO", "ADT CASH DEPO•••"),
        ("CASH DEPOSIT NAIDOO 0203", "CASH DEPOSIT •••"),
        ("YOCO      KF4TR 020918", "YOCO •••"),
        ("PEACH PAYMENTS NAIDOO", "PEACH PAYMENTS •••"),
        ("REVERSAL FNB APP PAYMENT FROM  NAIDOO", "REVERSAL FNB APP PAYMENT FROM •••"),
        ("UNPAID MAGTAPE CREDIT CAPITEC H LOUW", "UNPAID MAGTAPE CREDIT CAPITEC •••"),
        ("FNB APP PAYMENT FROM  NAIDOO UNPAID", "FNB APP PAYMENT FROM •••"),
        ("NAIDOO UNPAID", "•••"),
        ("FNB APP PAYMENT FROM  FNB NAIDOO", "FNB APP PAYMENT FROM •••"),
        ("FNB APP PAYMENT TO    NAIDOO", "•••"),
        ("#SERVICE FEES", "#SERVICE FEES"),
        ("#Cash Deposit Fee   12345678", "#Cash Deposit Fee •••"),
        ("#Payment Fees 41 Items", "#Payment Fees 41 Items"),
        ("BIS/INT 0.75% TIERING", "BIS/INT 0.75% TIERING"),
        ("#EDO COLLECT ATTEMPT FEE NAIDOO 4321", "#EDO COLLECT ATTEMPT FEE •••"),
        ("#NAIDOO KIT 4711", "#••• KIT •••"),
        ("INT ON CREDIT BALANCE", "INT ON CREDIT BALANCE"),
        ("T MOKOENA", "•••"),
        ("T MOKOENA AND FAMILY, 0825550118 ROOF25 - MAY", "••• ROOF25 - •••"),
        ("ROOF 25", "ROOF 25"),
        ("ROOF-25 25 ROOF 26", "ROOF-25 ••• ROOF •••"),
        ("ROOF25MOKOENA", "ROOF25•••"),
        ("MOKOENAROOF25", "•••"),
        ("MBF-M14-85 mbfm14 MBF M 14", "MBF-M14-••• mbfm14 MBF M 14"),
        ("M MBF 14", "••• MBF •••"),
        ("BURSARIES 2025 2025", "BURSARIES 2025 •••"),
        ("MOLEFE'S BURSARY MOLEFE'S-PA", "MOLEFE'S BURSARY MOLEFE'S-•••"),
        ("NEWROOFFORTHECLINIC SOUPKITCHEN", "NEWROOFFORTHECLINIC SOUPKITCHEN"),
        ("A HOOSEN DIG A WELL", "••• DIG ••• WELL"),
        ("AW A W A.W WINTER", "AW ••• A.W WINTER"),
        ("REF 0042 42", "••• 0042 •••"),
        ("ZOË ZOE ZOE\u0308 ZOEY", "ZOË ZOE ZOË •••"),
        ("K.I.T. (KIT) 'KIT' NAIDOO'S", "K.I.T. (KIT) 'KIT' •••"),
        ("محمد ١٢٣ KIT 😀", "••• KIT •••"),
        ("नायडू", "•••"),
        ("O'BRIEN-SMITH_JONES/PILLAY KIT", "••• KIT"),
        ("(NAIDOO)  [KIT]", "(•••) [KIT]"),
        ("", ""),
        ("   ", "   "),
        ("- - -", "- - -"),
        (f"{MARK} KIT", f"{MARK} KIT"),
    ],
)
def test_a_description_shows_the_banks_words_and_the_registers_alone(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FNB APP PAYMENT FROM NAIDOO", "•••"),
        ("#SERVICE FEES NAIDOO", "#•••"),
        ("CAPITEC KIT", "••• KIT"),
        ('2018/09/03,"100.00",T MOKOENA ROOF25', "••• ROOF25"),
    ],
)
def test_a_text_of_the_payers_own_shows_the_registers_words_alone(text: str, shown: str) -> None:
    assert masked(text, payers_own=True) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ROOF 25 = code of ROOF25; ZAKAT = zakat", None),
        ("ROOFF ~ code, with a slip, of ROOF25", "••• ~ code, with a slip, of ROOF25"),
        ('KITCHIN MOKOENA ~ alias "Soup Kitchen" cut short of KIT', '••• ~ alias "Soup Kitchen" cut short of KIT'),
        ('DIG WELL = alias "Dig a Well" of KIT', None),
        ('BURSARY = alias "Molefe\'s Bursary" of MBF-M14', None),
        ("KITMOKOENA begins with the code KIT of KIT", "••• begins with the code KIT of KIT"),
        ("MOKOENAKITCHEN holds KITCHEN of KIT", "••• holds KITCHEN of KIT"),
        ("ZAKIR denied; LILLA = lillah; several funds named", "••• denied; LILLA = lillah; several funds named"),
        ('"MOKOENA PAARL" belongs to another campaign', '"•••" belongs to another campaign'),
        ('"ZAKIR" is near the fund zakat as well', '"•••" is near the fund zakat as well'),
        ("no code ROOF26 on the register; near ROOF25", "no code ROOF••• on the register; near ROOF25"),
        ("no code 4711 on the register; near KIT, 0042", "no code ••• on the register; near KIT, 0042"),
        ("appeal closed on 2018-08-25", None),
        ("other words stand beside the campaign's; appeal opens on 2018-10-15", None),
        ("late for 2018-08, which was closed; reads like a person's name", None),
        ("decided since, which counts for 2018-10", None),
        ("split over 3", None),
        ("MOKOENA = decided as KIT before (3×, last on 2018-09)", "••• = decided as KIT before (3×, last on 2018-09)"),
        ("the same words were decided as KIT and as OLD", "the same words were decided as KIT and as •••"),
        ("takes back bcdfghjkmnpqrstv: same amount and the same words, cut off, 3 days earlier", None),
        ("takes back bcdfghjkmnpqrstv: same amount and the same words on the same day, one of 2 such payments", None),
        ("decided by Amina on 2018-10-01: letter of mr mokoena, 0825550118", "decided by Amina on 2018-10-01: •••"),
        ("decided by Amina on 2018-10-01", None),
        (
            'not matched; two exports word it differently: "FNB App Payment From "boy" mokoena kit"',
            'not matched; two exports word it differently: "FNB App Payment From "••• kit"',
        ),
        ("KIT 98; ROOF25 55; 0042 7", None),
        ("ROOF25 100", None),
    ],
)  # fmt: skip
def test_a_finding_shows_the_librarys_words_and_the_registers_alone(text: str, shown: str | None) -> None:
    assert mask_findings(texts(text), KEEP).tolist() == [shown or text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('the amount "T Mokoena" is not money', 'the amount "•••" is not money'),
        ('no such day: "2018/09/99"', 'no such day: "•••"'),
        ('line 12345 above the rows is not known: "Mokoena, "T" 5"', 'line 12345 above the rows is not known: "•••"'),
        ("rows 'Mokoena KIT' stand twice (line 3, 123456)", "rows '••• KIT' stand twice (line 3, 123456)"),
        ('cut off: "mokoena', 'cut off: "•••'),
        ("the payer's text contains <STMTTRN>", None),
        ("the amount is in USD", None),
        ("the amount is in Mokoena", "the amount is in •••"),
        ("account 62000012345 has 12345 rows", "account ••• has 12345 rows"),
        ("1234567 and 1234", "••• and 1234"),
        ("4 neighbouring rows moved R 12 345.00 together", None),
        ("the other export has it on another day: counted once", None),
        ("98 NUL bytes were taken out, as this export has them", None),
    ],
)
def test_what_the_library_quotes_is_hidden_and_its_own_words_are_not(text: str, shown: str | None) -> None:
    assert mask_quoted(texts(text), KEEP).tolist() == [shown or text]


def test_the_kept_words_are_those_of_the_register_and_of_the_funds_alone() -> None:
    funds = read_funds(pd.DataFrame([("zakat", "Zakat al-Maal", "Zakir")], columns=["fund", "spellings", "excludes"]))
    own = {"KIT", "SCHOOL", "KITCHEN", "SCHOOLKITCHEN", "PLAN", "PLAN9", "9LIVES", "LIVES", "2025"}
    of_funds = {"ZAKAT", "AL", "MAAL", "ZAKATALMAAL"}
    campaigns = pd.DataFrame(
        [("KIT", "School Kitchen", "Plan 9|9 Lives|2025"), ("7", "B", "")], columns=["code", "name", "aliases"]
    )
    assert kept_words(read_campaigns(campaigns), funds) == own | of_funds | {"7"}
    assert kept_words(REGISTER, None) == kept_words(REGISTER, default_funds())


@pytest.mark.parametrize("mask", [mask_texts, mask_findings, mask_quoted])
def test_what_is_missing_stays_missing_and_the_index_and_name_stand(mask: object) -> None:
    given = pd.Series(["KIT", None, "KIT"], index=[5, 5, 2], name="Evidence", dtype=TEXT)
    pd.testing.assert_series_equal(mask(given, KEEP), given)
    for none in (given[:0], given.mask(given.notna())):
        pd.testing.assert_series_equal(mask(none, KEEP), none)


def test_each_distinct_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(text: str) -> object:
        asked.append(text)
        return narrate(text)

    monkeypatch.setattr(masking, "narrate", counted)
    mask_texts(texts(*["KIT NAIDOO", "ROOF25"] * 50), KEEP)
    assert asked == ["KIT NAIDOO", "ROOF25"]


def test_words_to_keep_may_be_given_as_they_are_written() -> None:
    assert mask_texts(texts("NAIDOO ZOE M14 M-14 KIT"), frozenset({"Zoë", "m-14", "-"}))[0] == "••• ZOE M14 M-14 •••"


class Lines(NamedTuple):
    """Bank lines with the register and the funds that they are matched with."""

    lines: pd.DataFrame
    campaigns: CampaignRegister
    funds: FundVocabulary

    @property
    def keep(self) -> frozenset[str]:
        return kept_words(self.campaigns, self.funds)


@cache
def lines_of(name: str) -> Lines:
    campaigns, funds = register_of(name), funds_of(name)
    if name != SAMPLE:
        return Lines(read_labelled(LABELLED / f"{name}.csv"), campaigns, funds)
    files = [p for p in sorted(SAMPLES.iterdir()) if p.suffix in (".csv", ".ofx") and p.name not in _NO_STATEMENTS]
    return Lines(merge_statements(read_all(files)[0]).transactions, campaigns, funds)


_NO_STATEMENTS = {"campaigns.csv", "funds.csv", "receipts.csv", "payout-2018-09.csv"}


FINDINGS = ("evidence", "reason", "candidates")


@cache
def matches_of(name: str) -> pd.DataFrame:
    lines = lines_of(name)
    return rc.match(lines.lines, lines.campaigns, funds=lines.funds)


def masked_columns(lines: Lines) -> dict[str, pd.Series]:
    """All that a workbook shows of the payers' words, masked."""
    matches = rc.match(lines.lines, lines.campaigns, funds=lines.funds)
    found = {c: mask_findings(matches[c], lines.keep) for c in FINDINGS}
    return found | {"description": mask_texts(lines.lines["description"], lines.keep)}


def capitals(text: str) -> set[str]:
    """The words in capitals, and the numbers of four figures and more that are no year of a date."""
    bare = re.sub(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", "", text)
    return {w for w in chunks(bare) if not w.islower() and (not w.isdigit() or len(w) > 3)}


@every_set
def test_no_word_of_a_payer_is_left_in_what_was_found(name: str) -> None:
    """Of all lines as they are: what stands in capitals in the findings is one of the register's."""
    lines = lines_of(name)
    register = [t for c in lines.campaigns for t in (c.code, c.name, *c.aliases)]
    register += [t for f in lines.funds for t in (f.name, *f.spellings)]
    known = " ".join(["".join(chunks(fold(text))) for text in register])
    for column in FINDINGS:
        shown = mask_findings(matches_of(name)[column], lines.keep)
        words = {fold(w) for text in shown.dropna() for w in capitals(text)}
        assert [w for w in words if w not in known] == [], column


BANKS = {
    w
    for texts_ in (bank_words.FROM_FNB, bank_words.FROM_OTHER_BANKS, bank_words.CASH, bank_words.BANKS)
    for text in texts_
    for w in chunks(text)
}


@every_set
def test_kept_words_and_what_the_bank_wrote_are_still_there(name: str) -> None:
    lines = lines_of(name)
    masked_texts = mask_texts(lines.lines["description"], lines.keep)
    for text, shown in zip(lines.lines["description"], masked_texts, strict=True):
        told = narrate(text)
        assert all(w in "".join(chunks(fold(shown))) for w in chunks(told.payer) if w in lines.keep), text
        if told.channel and told.kind is None and not told.reversal:
            assert narrate(shown).channel == told.channel, text
            assert narrate(shown).counterparty == told.counterparty, text
    assert (masked_texts != lines.lines["description"]).mean() > 0.2
    candidates = matches_of(name)["candidates"]
    pd.testing.assert_series_equal(mask_findings(candidates, lines.keep), candidates)


@every_set
def test_masking_again_changes_nothing(name: str) -> None:
    lines = lines_of(name)
    once = mask_texts(lines.lines["description"], lines.keep)
    pd.testing.assert_series_equal(mask_texts(once, lines.keep), once)
    for column in FINDINGS:
        once = mask_findings(matches_of(name)[column], lines.keep)
        pd.testing.assert_series_equal(mask_findings(once, lines.keep), once)


NAMES = (
    "MOKOENA NAIDOO PIETERSE Khumalo van\xa0Heerden O'BRIEN Zoë müller DLAMINI-SMITH AYESHA Thandeka محمد 李小龍".split(
        " "
    )
)
FORMS = [
    "FNB APP PAYMENT FROM  {s} {d}",
    "FNB App Payment From {d} {s}",
    "MAGTAPE CREDIT CAPITEC {s} {d}",
    "{s}",
    "{d} {s}",
    "INVESTECPB{s} {d}",
    "ADT CASH DEPO{s} {d}",
    "ADT CASH DEPOPARKSIDE {s} {d}",
    "CASH DEPOSIT {s}",
    "{s}{d}",
    "{d}{s}",
    "RTC CREDIT {d} {s} 0A1B2C3D4E",
    "RTC CREDIT 0A1B2C3D4E {s}",
    "REVERSAL FNB APP PAYMENT FROM {s} {d}",
    "{s} UNPAID",
    "UNPAID MAGTAPE CREDIT CAPITEC {s} {d}",
    "YOCO {s}",
    "PAYFAST {s} {d}",
    "INT-BANKING PMT FRM   {s}/{d}",
    "FROM {s} {d}",
    "FNB APP TRANSFER FROM {s} {d}",
    "INWARD SWIFT R018H2K7Q1 {s} {d}",
    "{d} + {s}",
    "{d}, {s}, {s}",
    "{s} FAMILY {d}",
    'FNB OB PMT {d} "{s}"',
    "SCHEDULED PYMT FROM   '{s}' {d}",
    "FNB APP PAYMENT TO {s}",
    "PAYSHAP CREDIT MR {s} {d}",
]
"""What the bank and payers write around a secret `s` and what else was typed, `d`."""


def secrets(chance: random.Random, keep: Iterable[str]) -> Iterator[str]:
    """Names, numbers and words without end, none with a kept word in it or in one."""
    while True:
        invented = "".join(
            chance.choice("BCDFGJKLMNPRSTVWXZ") + chance.choice("AEIOU") for _ in range(chance.randint(3, 5))
        )
        number = str(chance.randint(10**5, 10**8 - 1))
        word = chance.choice([chance.choice(NAMES), invented, invented.title(), invented.lower(), number])
        told = [p for p in parts(word) if not any(k in p or p in k for k in keep if len(k) > 2) and p not in BANKS]
        if told and told == parts(word):
            yield word


def parts(secret: str) -> list[str]:
    """The words of a secret that are long enough to be looked for."""
    return [w for w in re.split(r"[\W_]+", fold(secret)) if len(w) > 3 or not w.isascii()]


def typed_in(column: str, shown: str) -> str:
    """What a payer may have typed of a text: in what was found, all but words in small letters."""
    return fold(shown if column == "description" else re.sub(r"\b[a-z]+\b", "", shown))


@every_set
def test_no_planted_name_number_or_word_survives(name: str) -> None:
    given, chance = lines_of(name), random.Random(name)
    new = secrets(chance, given.keep)
    typed = [narrate(d).payer for d in given.lines["description"]]
    planted = [next(new) for _ in typed]
    described = [FORMS[n % len(FORMS)].format(s=s, d=d) for n, (s, d) in enumerate(zip(planted, typed, strict=True))]
    lines = given._replace(
        lines=given.lines.assign(description=pd.Series(described, index=given.lines.index, dtype=TEXT))
    )
    columns = masked_columns(lines)
    left = [
        (column, text, shown)
        for column, shown_texts in columns.items()
        for secret, text, shown in zip(planted, described, shown_texts, strict=True)
        if isinstance(shown, str) and any(part in typed_in(column, shown) for part in parts(secret))
    ]
    assert left == []
    hits = sum(any(p in fold(str(t)) for p in parts(s)) for s, t in zip(planted, described, strict=True))
    assert hits == len(planted)


words_typed = st.lists(
    st.sampled_from(["ROOF25", "ROOF 25", "kit", "Zakat", "SOUP KITCHEN", "0042", "NO", "INV", "5", "ROOFF"]),
    max_size=3,
)
near_words = st.sampled_from(["KITCHIN", "BURSERY", "WINTRE", "ZAKAYT", "ROOFX"])
"""Words near one of the register or of a fund, which are evidence without being kept."""

typed_secrets = st.one_of(
    near_words,
    st.text("BCDFGHJKLMNPRSTVXYZÉéßñд李", min_size=4, max_size=9),
    st.text("3456789", min_size=5, max_size=8),
)


@given(st.lists(st.tuples(st.sampled_from(FORMS), typed_secrets, words_typed), min_size=1, max_size=5))
@settings(max_examples=60)
def test_whatever_is_typed_around_it_a_secret_is_hidden(typed: list[tuple[str, str, list[str]]]) -> None:
    described = [form.format(s=secret, d=" ".join(words)) for form, secret, words in typed]
    lines = pd.DataFrame({"date": "2026-03-01", "amount": "10.00", "description": pd.Series(described, dtype=TEXT)})
    for shown_texts in masked_columns(Lines(lines, REGISTER, default_funds())).values():
        for (_, secret, _), shown in zip(typed, shown_texts, strict=True):
            assert not isinstance(shown, str) or fold(secret) not in fold(shown)


def planted_lines(*described: str) -> pd.DataFrame:
    lines = pd.DataFrame({"date": "2026-03-01", "amount": "10.00", "description": pd.Series(described, dtype=TEXT)})
    return lines.assign(transaction_id=[f"b{n}" for n in range(len(lines))], bank_reference=pd.Series(None, dtype=TEXT))


def test_a_second_text_of_another_export_is_hidden_in_the_reason() -> None:
    lines = planted_lines("FNB APP PAYMENT FROM  KIT ZAKAT")
    conflict = dict.fromkeys(CONFLICTS.names) | {"kind": "text differs", "transaction_id": "b0", "account": "1"}
    conflict |= {
        "other_text": 'FNB App Payment From "tiny" mokoena roof25',
        "other_date": lines["date"][0],
        "other_amount": "10.00",
    }
    reviewed = review_two_texts(rc.match(lines, REGISTER), pd.DataFrame([conflict]), REGISTER, default_funds())
    assert "mokoena" in reviewed["reason"][0]
    shown = mask_findings(reviewed["reason"], KEEP)[0]
    assert shown == 'two exports word it differently: "FNB App Payment From "••• roof25"'


def test_what_was_remembered_of_a_payer_is_hidden_in_the_evidence() -> None:
    lines = planted_lines("FNB APP PAYMENT FROM  T MOKOENA 4711", "P PILLAY LILLAH")
    known = Remembered({("KIT", "zakat"): 3}, "2026-02-01")
    memory = {"T MOKOENA 4711": known, "P PILLAY LILLAH": known}
    found = recall(rc.match(lines, REGISTER), lines, memory, REGISTER, default_funds())
    assert found["evidence"][0] == "T MOKOENA 4711 = decided as KIT zakat before (3×, last on 2026-02-01)"
    shown = {c: mask_findings(found[c], KEEP).tolist() for c in ("evidence", "reason")}
    assert shown["evidence"][0] == "••• = decided as KIT zakat before (3×, last on 2026-02-01)"
    assert shown["reason"][1] == found["reason"][1]
    assert "MOKOENA" not in str(shown) and "PILLAY" not in str(shown)


def test_a_row_set_aside_and_a_warning_quote_nobody(tmp_path: Path) -> None:
    title, *lines = (SAMPLES / "history-2018-09.csv").read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if "ZAKAT" in line)
    day, _, *rest = lines[at].split(",")
    lines[at] = ",".join([day, " Mokoena 4711471", *rest])
    path = tmp_path / "history.csv"
    path.write_text("\n".join([title, "Naidoo, 8155551", *lines]), encoding="utf-8")
    statement = rc.read_statements(path)[0]
    said = [*statement.quarantined["reason"], *statement.warnings]
    assert any("Mokoena 4711471" in s for s in said) and any("8155551" in s for s in said)
    shown = [
        *mask_quoted(pd.Series(said, dtype=TEXT), KEEP),
        *mask_texts(statement.quarantined["text"], KEEP, payers_own=True),
    ]
    assert not any(part in text for text in shown for part in ("Mokoena", "Naidoo", "4711471", "8155551"))
    assert 'the amount "•••" is not money' in shown[0]

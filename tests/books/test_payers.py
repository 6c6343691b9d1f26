"""Whether a bank text names a payer."""

from __future__ import annotations

import pytest

from reconcile.books.payers import CUT, FAMILY, FITS, OTHER, WHOLE, named, one_payer, payer_of, typed

CASES = {
    "all of the name": ("AMINA NAIDOO", "Amina Naidoo", WHOLE),
    "in another order": ("NAIDOO AMINA", "Naidoo, Amina", WHOLE),
    "the initial behind": ("NAIDOO A", "Amina Naidoo", FITS),
    "the initial in front": ("A NAIDOO", "Ms A. Naidoo", FITS),
    "a given name for an initial": ("AMINA NAIDOO", "A. Naidoo", FITS),
    "the family's name alone": ("NAIDOO", "Amina Naidoo", FAMILY),
    "another initial": ("S NAIDOO", "Amina Naidoo", OTHER),
    "another given name": ("SIPHO NAIDOO", "Amina Naidoo", OTHER),
    "a title that fits": ("MRS NAIDOO", "Ms Amina Naidoo", FAMILY),
    "a title that does not": ("MRS NAIDOO", "Mr Naidoo", OTHER),
    "a title typed as one word with the name": ("MRSNAIDOO", "Mr Naidoo", OTHER),
    "a given name alone": ("AMINA", "Amina Naidoo", OTHER),
    "a letter swapped": ("NIADOO", "Naidoo", FAMILY * 0.9),
    "as one word with others": ("ROOFNAIDOO", "Naidoo", FAMILY * 0.95),
    "the end cut off": (f"AMINA NAI {CUT}", "Amina Naidoo", WHOLE * 0.95),
    "two letters at the cut end behind a given name": (f"AMINA NA {CUT}", "A. Naidoo", FITS * 0.8),
    "two letters at the cut end": (f"NA {CUT}", "Amina Naidoo", 0.0),
    "two letters that nothing cut": ("AMINA NA", "A. Naidoo", 0.0),
    "another family's name, a letter away": ("VALLY", "Wally", 0.0),
    "nothing of it": ("PATEL", "Amina Naidoo", 0.0),
    "no payer": ("PATEL", "", 0.0),
    "no words": ("", "Patel", 0.0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_how_surely_a_text_names_a_payer(case: tuple[str, str, float]) -> None:
    text, payer, wanted = case
    strength, words = named(typed(text), payer_of(payer))
    assert strength == pytest.approx(wanted)
    assert bool(words) == bool(strength)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (("A NAIDOO", "Amina Naidoo"), (True, True)),
        (("NAIDOO", "NAIDOO ROOF"), (True, False)),
        (("A NAIDOO", "NAIDOO"), (False, False)),
        (("Amina Naidoo", "Ashraf Naidoo"), (False, False)),
        (("MR NAIDOO", "MRS NAIDOO"), (False, False)),
    ],
)
def test_whether_texts_tell_of_one_person(texts: tuple[str, ...], wanted: tuple[bool, bool]) -> None:
    assert one_payer(texts, ["Naidoo", "Mr Naidoo"]) == wanted

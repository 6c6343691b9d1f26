"""What stands beside a campaign's words and makes it doubtful that they name it: names, firms, words of another."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from reconcile.matching.confidence import ANOTHERS_WORD, DEALING, LIKE_A_NAME, OTHER_WORDS
from reconcile.matching.names import is_name, may_be_given, may_be_surname, only_given
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.words import FIRM, GIVEN_BY, PERSON, beside, chunks, fold

OF_SURNAMES = frozenset("DE DEN DER DU VAN VD VON".split())
FAR = 2.0
LONGEST_TRY = 4
LONG_WORD = 8
LONGEST_BEGUN = 2
FAMILY = frozenset("FAM FAMILY FAMILIE GESIN SON".split())
_VOWEL = re.compile("[AEIOUY]")
_UNSPOKEN = re.compile(
    "(?!([^AEIOUY]|[BCDFGKPTVW]R|[BCFGKPSV]L|S[CHKMNPTW]|TH|CH|PH|KH|DH|BH|GH|ZH|TS|KW|QU)?[AEIOUY]+[^AEIOUY]?[AEIOUY]?$)"
    ".{1,3}$"
)
"""Three letters that nobody is called by: IDN, not KEN, STU or IDA."""


class Doubt(NamedTuple):
    """Why a person must say: the case that is measured, and the reason in words."""

    case: str
    reason: str


def not_payers(reading: Reading, sure: list[Candidate]) -> list[Candidate]:
    """Without single words that read like the payer's name or firm, where other words name a campaign beside them.

    An exact code, and a word that would be credited without those, is a second campaign whatever it reads like.
    """
    if len(sure) < 2:
        return sure
    real = [c for c in sure if c.rule == "code" or not of_a_giver(reading, c)]
    if not real or len(real) == len(sure):
        return sure
    named, taken = {c.campaign for c in real}, frozenset[int]().union(*(c.positions for c in real))
    return [c for c in sure if c.campaign in named or c in real or not _doubt_beside(reading, c, c.positions, taken)]


def of_a_giver(reading: Reading, candidate: Candidate) -> bool:
    """Whether the one word of a candidate reads like part of a person's or a firm's name."""
    positions = candidate.positions
    if candidate.rule == "code" and not _is_a_word(reading, candidate):
        return False
    return len(positions) == 1 and (_in_a_name(reading, positions) or _firm_after(reading, positions))


def _firm_after(reading: Reading, positions: frozenset[int]) -> bool:
    """Whether a firm's word stands right after: `ABC TYRES`."""
    after = max(positions) + 1
    return after < len(reading.tokens) and reading.role(after) == FIRM and after not in reading.codes


def _in_a_name(reading: Reading, positions: frozenset[int]) -> bool:
    """Whether what stands right before or after makes a word part of a person's name.

    An initial, a title or "van der" before it; an initial or "Family" after it; a given name with a surname after it, a
    surname with a given name before it.
    """
    before, after = min(positions) - 1, max(positions) + 1
    word = reading.tokens[after - 1]
    titled = before >= 0 and _titles(reading, before) and reading.tokens[before] not in FAMILY
    if titled or (before >= 0 and may_be_surname(word) and may_be_given(reading.tokens[before])):
        return True
    if before >= 0 and reading.tokens[before] in OF_SURNAMES:
        return True
    if after == len(reading.tokens):
        return False
    surname = reading.role(after) == "unknown" and not only_given(reading.tokens[after])
    # two letters after it may be the beginning of its next word: WATER WE
    initial = _titles(reading, after) and (reading.role(after) == "person" or len(reading.tokens[after]) == 1)
    return initial or (may_be_given(word) and surname)


def _titles(reading: Reading, at: int) -> bool:
    """Whether a title or an initial stands there: one letter, or two that are no syllable."""
    token = reading.tokens[at]
    if not token.isalpha() or at in reading.codes:
        return False
    initial = len(token) == 1 or not _VOWEL.search(token)
    return reading.role(at) == "person" or (reading.role(at) == "initial" and initial)


def _before_the_giver(reading: Reading, positions: frozenset[int], others: dict[int, str]) -> dict[int, str]:
    """Without what stands after "from" behind the campaign's words: it says who gives; a fund counts wherever it is."""
    if GIVEN_BY.isdisjoint(reading.tokens):
        return others
    last = max(positions)
    giver = min((at for at in others if at > last and reading.tokens[at] in GIVEN_BY), default=len(reading.tokens))
    return {at: role for at, role in others.items() if at < giver or role == "fund"}


def _others(reading: Reading, positions: frozenset[int]) -> dict[int, str]:
    return {i: reading.role(i) for i in range(len(reading.tokens)) if i not in positions}


def doubt(reading: Reading, winner: Candidate, positions: frozenset[int]) -> Doubt | None:
    """What stands beside the winner's words and makes it doubtful that they name the campaign; None if nothing does."""
    return _doubt_beside(reading, winner, positions, frozenset())


def _doubt_beside(
    reading: Reading, winner: Candidate, positions: frozenset[int], without: frozenset[int]
) -> Doubt | None:
    """As `doubt`, with some of the words thought away."""
    others = _before_the_giver(reading, positions, _others(reading, positions | without))
    if all(role == "number" for role in others.values()):
        return None
    others = {
        i: "own" if role == "unknown" and _is_own(reading, i, winner.campaign) else role for i, role in others.items()
    }
    foreign = [
        i
        for i, role in others.items()
        if (role == "unknown" and _names_another(reading, i, winner.campaign))
        or (role in ("unknown", "initial") and _begins_after(reading, i) - {winner.campaign})
    ]
    foreign = [i for i in foreign if not _firm_after(reading, frozenset([i]))]
    foreign = [i for i in foreign if not (_in_a_name(reading, frozenset([i])) and _is_somebody(reading, winner, i))]
    if foreign:
        words = " ".join(reading.tokens[i] for i in foreign)
        return Doubt(ANOTHERS_WORD, f'"{words}" belongs to another campaign')
    counted = "unit" in others.values() and any(reading.role(i) == "fund" for i in positions)
    fund = counted or "fund" in others.values()
    firm = _firm_after(reading, positions) and not _is_a_mark(reading, winner)
    if firm or (not fund and ("dealing" in others.values() or _of_a_firm(reading, winner, positions, others))):
        return Doubt(DEALING, "reads like a payment for something, not a gift")
    if _like_a_name(reading, winner, others, fund):
        return Doubt(LIKE_A_NAME, "reads like a person's name")
    return _beside_strangers(reading, winner, positions, others, fund)


def _of_a_firm(reading: Reading, winner: Candidate, positions: frozenset[int], others: dict[int, str]) -> bool:
    """Whether a firm's words leave open that the campaign's are its name too: `ABC TYRES`, not `CITY TYRES CC ABC`."""
    firm = [at for at, role in others.items() if role == FIRM]
    last = max(positions)
    giver = all(at < min(positions) for at in firm) and not any(at > last for at, r in others.items() if r == "unknown")
    return bool(firm) and not (giver and not winner.slip and not winner.alone)


def _is_own(reading: Reading, at: int, campaign: str) -> bool:
    """Whether a word beside the winner's is another word of the winner's own names."""
    owners, token = reading.lexicon.campaigns_of, reading.tokens[at]
    likes = [like.word for like in reading.likes[at] if like.cost <= 1]
    begun = [] if is_name(token) else reading.lexicon.begun_by(token, LONGEST_BEGUN + 1)
    return any(campaign in owners.get(word, ()) for word in [*likes, *begun])


def _is_somebody(reading: Reading, winner: Candidate, at: int) -> bool:
    """Whether a word of another campaign, in a name, is the payer's: a name, or beside a code anything spelt right."""
    if winner.rule == "code" and reading.tokens[at] in reading.lexicon.campaigns_of:
        return True
    return _is_called_so(reading, at) or (not winner.slip and may_be_surname(reading.tokens[at]))


def _names_another(reading: Reading, at: int, campaign: str) -> bool:
    owners, token = reading.lexicon.campaigns_of, reading.tokens[at]
    if len(token) <= LONGEST_BEGUN:
        return False
    # too far to be credited, a long word may still be near enough to be meant, unless it is a name
    far = FAR if len(token) > LONGEST_TRY and not _is_called_so(reading, at) else 1
    if any(owners.get(like.word, set()) - {campaign} for like in reading.likes[at] if like.cost <= far):
        return True
    # WINT beside another campaign's code is no end cut off, and still half of WINTER or more
    begun = [word for word in reading.lexicon.begun_by(token) if 2 * len(token) >= len(word)]
    return any(owners[word] - {campaign} for word in begun) and not any(campaign in owners[word] for word in begun)


def _begins_after(reading: Reading, at: int) -> set[str]:
    """The campaigns that have the word before this one in a name, and after it one that begins so: `PAARL CLI`."""
    before, start = reading.tokens[at - 1], reading.tokens[at]
    if not at or not LONGEST_BEGUN <= len(start) <= LONGEST_BEGUN + 1:
        return set()
    following = reading.lexicon.next_words.get(before, ())
    return {campaign for campaign, word in following if word.startswith(start)}


def _like_a_name(reading: Reading, winner: Candidate, others: dict[int, str], fund: bool) -> bool:
    """Whether the one word that names the campaign reads like part of a person's name.

    An initial or title right before a common or misspelt one (`G WELLS`, `MR WINTER`); a name that people bear, beside
    the other half of it (`HOPE NDABA`, `HOPE J NDABA`, `ANNE WELLS`); a family.
    """
    if len(winner.positions) > 1 or not _is_a_word(reading, winner):
        return False
    at = min(winner.positions)
    word, before = reading.tokens[at], reading.tokens[at - 1] if at else ""
    bare = "unknown" not in others.values() and not fund
    titled = at - 1 in others and _initial(reading, at - 1)
    first = at == 1 and winner.rule != "code"  # N HARBOUR ZAKAT; in MARIAM K HARBOUR ZAKAT the name is whole before
    then = at + 2 if at + 1 in others and _initial(reading, at + 1) else at + 1
    while then in others and reading.tokens[then] in OF_SURNAMES:
        then += 1
    follows = others.get(then) == "unknown" and not only_given(reading.tokens[then])
    if (titled and (bare or winner.slip or follows or first)) or before in OF_SURNAMES:
        return True
    if (may_be_given(word) and follows) or (may_be_surname(word) and may_be_given(before)):
        return True
    return (
        not _UNSPOKEN.match(word)
        and at + 1 in others
        and reading.tokens[at + 1] in FAMILY
        and others.get(at + 2) != "unknown"
    )


def _initial(reading: Reading, at: int) -> bool:
    return _titles(reading, at) or (reading.tokens[at] == "A" and not (at and reading.tokens[at - 1].isdigit()))


def _is_a_word(reading: Reading, winner: Candidate) -> bool:
    """Whether what names the campaign could be a name at all: letters alone, a vowel among them."""
    letters = "".join(reading.tokens[at] for at in sorted(winner.positions))
    return letters.isalpha() and bool(_VOWEL.search(letters))


def _is_called_so(reading: Reading, at: int) -> bool:
    """Whether a word is a name, or a word that people are also called beside one that is: `KLEIN LIAM`."""
    word = reading.tokens[at]
    if word in OF_SURNAMES:
        return True
    beside = reading.tokens[max(0, at - 1) : at] + reading.tokens[at + 1 : at + 2]
    return is_name(word) or ((may_be_given(word) or may_be_surname(word)) and any(map(is_name, beside)))


def _beside_strangers(
    reading: Reading, winner: Candidate, positions: frozenset[int], others: dict[int, str], fund: bool
) -> Doubt | None:
    """Unknown words beside the campaign: a payer's name, or part of what the words really mean."""
    unknown = [at for at, role in others.items() if role == "unknown"]
    strangers = [at for at in unknown if not _meant_as_code(reading, at, winner) and not _begun(reading, at)]
    if not strangers or _is_a_mark(reading, winner):
        return None
    last = max(positions)
    touching = any(at + 1 in positions or at - 1 in positions for at in strangers)
    payer = _payer_before(reading, positions, others, strangers) and _payer_after(
        reading, winner, positions, others, strangers
    )
    if winner.slip:
        long = len(winner.positions) > 1 or len(reading.tokens[last]) >= LONG_WORD
        clear = (fund and (payer or not touching)) or (payer and long)
    elif winner.alone:  # a word that others share: what stands right after it may be part of what is meant
        follows = last + 1 in strangers and not _is_called_so(reading, last + 1)
        clear = (payer or (fund and not touching)) and not follows
    else:
        clear = fund or payer or not any(at > last for at in strangers)
    return None if clear else Doubt(OTHER_WORDS, "other words stand beside the campaign's")


def _is_a_mark(reading: Reading, winner: Candidate) -> bool:
    """Whether a code of letters and digits names the campaign: no person and no firm is called so."""
    text = "".join(reading.tokens[at] for at in winner.positions)
    return winner.rule == "code" and len(text) >= 4 and not text.isalpha() and not text.isdigit()


@cache
def _person_beginnings() -> frozenset[str]:
    persons = (word for word, kind in beside().items() if kind == PERSON)
    return frozenset(word[:end] for word in persons for end in range(LONGEST_BEGUN + 1, len(word)))


def _begun(reading: Reading, at: int) -> bool:
    """Whether a word at the cut end is only a letter or two of one, or the beginning of "Ouma" and the like."""
    if not reading.narrative.cut or at < len(reading.tokens) - 1:
        return False
    start = reading.tokens[at]
    return len(start) <= LONGEST_BEGUN or start in _person_beginnings()


def _payer_before(reading: Reading, positions: frozenset[int], others: dict[int, str], strangers: list[int]) -> bool:
    """Whether the unknown words before the campaign, if any, are a payer's name."""
    first = min(positions)
    before = [at for at in strangers if at < first]
    named = any(
        at < first and (role in ("initial", "person") or reading.tokens[at] in GIVEN_BY) for at, role in others.items()
    )
    if named or not before:
        return True
    if not all(_is_called_so(reading, at) for at in before):
        return False
    # ANNA and one word may be a given name and a surname; ANNA NAIDOO, or NAIDOO alone, is whole
    alone = before == [first - 1] and not may_be_surname(reading.tokens[first - 1])
    return not alone or "fund" in others.values() or reading.tokens[first].isdigit()


def _payer_after(
    reading: Reading, winner: Candidate, positions: frozenset[int], others: dict[int, str], strangers: list[int]
) -> bool:
    """Whether the unknown words after the campaign, if any, are a payer's name."""
    last = max(positions)
    after = [at for at in strangers if at > last]
    named = [at for at, role in others.items() if role in ("initial", "person") or reading.tokens[at] in GIVEN_BY]
    if not after or any(at > last and others[at] == "person" for at in named):
        return True
    if any(_initial(reading, at) for at in range(last + 1, after[0]) if at in others):
        return True
    if _a_cell_number(reading):
        return True
    if winner.slip or not _as_typed(reading, winner) or not all(_is_called_so(reading, at) for at in after):
        return False
    # a word and a surname may be somebody's two names, two letters the initials; ABC and a surname are not
    word, surnames = reading.tokens[last], [at for at in after if reading.tokens[at] not in OF_SURNAMES]
    called = len(positions) == 1 and _VOWEL.search(word) and not _UNSPOKEN.match(word)
    half = len(surnames) == 1 and not only_given(reading.tokens[surnames[0]])
    return not (called and half) and not (word.isalpha() and len(word) <= LONGEST_BEGUN)


def _as_typed(reading: Reading, winner: Candidate) -> bool:
    """Whether the deciding words stand so in the text, and were not put together of single letters: `W C FOURIE`."""
    return all(reading.tokens[at] in reading.narrative.payer for at in winner.positions)


def _a_cell_number(reading: Reading) -> bool:
    """Whether a cell number stands in the text, which charities ask donors for: with it the other words are a name."""
    return any(t.isdigit() and len(t) >= 9 and t.startswith(("06", "07", "08", "27")) for t in reading.tokens)


def _meant_as_code(reading: Reading, at: int, winner: Candidate) -> bool:
    """A short word right before a name is a try at its code: of the code's length and first letter, or of the name's.

    `HRB HARBOUR`: letters of the name in their order.
    """
    token, code = reading.tokens[at], "".join(chunks(fold(winner.campaign)))
    if at + 1 not in winner.positions:
        return False
    letters = iter("".join(reading.tokens[p] for p in sorted(winner.positions)))
    of_name = len(token) <= LONGEST_TRY and reading.tokens[at + 1][0] == token[0] and all(c in letters for c in token)
    return of_name or (len(token) == len(code) and token[0] == code[0])

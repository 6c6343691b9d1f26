"""A word of another campaign beside it, spelt right, begun, or mangled; a try at another campaign's code."""

from __future__ import annotations

from reconcile.matching.beside import LONGEST_TRY, Beside
from reconcile.matching.confidence import ANOTHERS_WORD
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.funds import FundWord
from reconcile.matching.names import is_name, may_be_given, may_be_surname
from reconcile.matching.people import BEGUN, OF_SURNAMES, firm_after, in_a_name, is_called_so
from reconcile.matching.reading import Reading
from reconcile.matching.rules.near_code import LIKELY, codes_near
from reconcile.matching.translations import is_common
from reconcile.matching.words import has_vowel, is_ordinary

FAR = 2.0


def _asks(there: Beside) -> str | None:
    reading, campaign = there.reading, there.winner.campaign
    foreign = [
        at
        for at, role in there.others.items()
        if (role == "unknown" and _names_another(there, at))
        or (role in ("unknown", "initial") and _begins_after(reading, at) - {campaign})
    ]
    foreign = [at for at in foreign if not _begins_a_fund(there, at)]
    foreign = [at for at in foreign if not firm_after(reading, frozenset([at])) and not _is_somebodys(there, at)]
    foreign += [
        at
        for found in reading.funds
        if not found.denied
        and found.how in ("slip", "cut")
        and reading.lexicon.campaign_of_fund.get(found.fund, campaign) != campaign
        for at in range(found.start, found.end)
        if at in there.others
    ]
    foreign += [at for found in reading.funds if _heads_others(there, found) for at in range(found.start, found.end)]
    if not foreign and there.winner.rule == "code":
        foreign = [at for at in there.strangers if _tries_another_code(there, at)]
    if not foreign and there.of_two_languages:
        foreign = list(there.positions)
    if not foreign:
        return None
    return f'"{" ".join(there.word(at) for at in foreign)}" belongs to another campaign'


def _begins_a_fund(there: Beside, at: int) -> bool:
    """Whether three letters that a cut left of a fund's word stand right behind the campaign's: they are the fund."""
    reading = there.reading
    ends = at == len(reading.tokens) - 1 and at - 1 in there.positions
    return ends and reading.narrative.cut and reading.fund_begun is not None and len(reading.tokens[at]) == BEGUN + 1


def _heads_others(there: Beside, found: FundWord) -> bool:
    """Whether a fund's word beside a name is the first of several other campaigns': `FEAST EGYPT`, Feast Here."""
    if found.denied or found.end - found.start > 1 or there.winner.rule == "code":
        return False
    owners = {campaign for campaign, _ in there.reading.lexicon.next_words.get(there.word(found.start), ())}
    return len(owners) > 1 and there.winner.campaign not in owners


def _is_somebodys(there: Beside, at: int) -> bool:
    """Whether the word stands in a payer's name: is a name itself, or beside a code is anything spelt right."""
    if there.word(at) in OF_SURNAMES and is_called_so(there.reading, min(at + 1, len(there.reading.tokens) - 1)):
        return True
    if not in_a_name(there.reading, frozenset([at])):
        return False
    if there.word(at - 1) in OF_SURNAMES:
        return True
    everyday = is_ordinary(there.word(at)) or is_common(there.word(at))
    if there.winner.rule == "code" and not everyday and any(like.cost <= 0.5 for like in there.reading.likes[at]):
        return True
    return is_called_so(there.reading, at) or (not there.winner.slip and may_be_surname(there.word(at)))


def _names_another(there: Beside, at: int) -> bool:
    reading, campaign = there.reading, there.winner.campaign
    owners, token = reading.lexicon.campaigns_of, reading.tokens[at]
    if len(token) <= BEGUN or token in reading.lexicon.fund_excludes:
        return False
    # too far to be credited, a long word may still be near enough to be meant, unless it is a name
    far = FAR if len(token) > LONGEST_TRY and not is_called_so(reading, at) else 1
    far = 1.25 if far == 1 and there.winner.rule == "code" and not has_vowel(token) else far  # YMN beside a code
    if any(owners.get(like.word, set()) - {campaign} for like in reading.likes[at] if like.cost <= far):
        return True
    # WINT beside another campaign's code is no end cut off, and still half of WINTER or more
    begun = [word for word in reading.lexicon.begun_by(token) if 2 * len(token) >= len(word) and not is_name(token)]
    return any(owners[word] - {campaign} for word in begun) and not any(campaign in owners[word] for word in begun)


def _begins_after(reading: Reading, at: int) -> set[str]:
    """The campaigns that have the word before this one in a name, and after it one that begins so: `PAARL CLI`."""
    before, start = reading.tokens[at - 1], reading.tokens[at]
    if not at or not BEGUN <= len(start) <= BEGUN + 1:
        return set()
    following = reading.lexicon.next_words.get(before, ())
    return {campaign for campaign, word in following if word.startswith(start)}


def _tries_another_code(there: Beside, at: int) -> bool:
    word = there.word(at)
    if len(word) != BEGUN + 1 or may_be_given(word) or may_be_surname(word):
        return False
    lexicon = there.reading.lexicon
    near = [code for code, score in codes_near(word, lexicon) if score == LIKELY]
    return any(lexicon.codes[code] != there.winner.campaign for code in near)


DOUBT = DoubtRule(ANOTHERS_WORD, "another campaign", _asks)

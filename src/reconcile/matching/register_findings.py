"""What in a register keeps gifts from being credited, each said with the matcher's own answers.

A finder sees where two campaigns come near each other, or a word means something else; what that costs it asks the
matcher, and where the answers show no cost there is no finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from reconcile.campaigns import Campaign, CampaignRegister
from reconcile.errors import shown
from reconcile.matching.asking import Answer, Asker
from reconcile.matching.lexicon import Lexicon, Phrase, content_words
from reconcile.matching.names import may_be_given, may_be_surname
from reconcile.matching.roles import role_of
from reconcile.matching.rules._standing import stands_alone
from reconcile.matching.words import PLAIN, fold, is_ordinary, squashed

SHORTEST_CODE = 3
"""A shorter code is read as an initial wherever it is not typed letter for letter."""

MOST_TEXTS = 6
"""A finding shows no more texts than this; they are examples of the same cost."""


class Finding(NamedTuple):
    """One thing to look at: its kind, the campaigns and words concerned, what the matcher answers, cost, remedy."""

    kind: str
    campaigns: tuple[str, ...]
    words: tuple[str, ...]
    answers: tuple[Answer, ...]
    cost: str
    do: str


def findings(campaigns: CampaignRegister, asking: Asker) -> list[Finding]:
    """All findings, by kind and then in the order of the codes."""
    asking.ask_all(text for campaign in campaigns for _, text in _texts(campaign))
    asking.ask_all(word for campaign in campaigns for _, text in _texts(campaign) for word in content_words(text))
    found = [f for finder in FINDERS for f in sorted(finder(campaigns, asking), key=lambda f: (f.campaigns, f.words))]
    return list(dict.fromkeys(found))


def _texts(campaign: Campaign) -> list[tuple[str, str]]:
    return [("code", campaign.code), ("name", campaign.name), *(("alias", alias) for alias in campaign.aliases)]


def _not_credited(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Codes, names and aliases that do not credit their own campaign when they stand alone."""
    for campaign in campaigns:
        asked: set[str] = set()
        for source, text in _texts(campaign):
            answer = asking.ask(text)
            if answer.campaign == campaign.code or answer.text in asked:
                continue
            asked.add(answer.text)
            credited = sorted({o.campaign for o in answer.outcomes if o.campaign} - {campaign.code})
            cut = len(" ".join(fold(text).split())) > len(answer.text)
            why = " as it arrives, cut at 20 characters," if cut else ""
            if credited:
                cost = f"the {source}{why} credits {', '.join(credited)}, not {campaign.code}"
            else:
                some = any(o.campaign for o in answer.outcomes)
                how = "is credited by some ways of paying only" if some else "is not credited"
                cost = f"a gift with this {source} alone{why} {how}"
            yield Finding(
                f"{source} not credited", (campaign.code, *credited), (text,), (answer,), cost, _REMEDY[source]
            )


_REMEDY = {
    "code": "Give the campaign another code: three letters or more that are no word, no number and no bank's name.",
    "name": "Put a shorter name that donors use beside it as an alias, one that no other campaign shares.",
    "alias": "Make the alias longer by a word that only this campaign has, or take it out.",
}


def _near_codes(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Codes one letter apart: a wrong letter in one is the other, and neither can have its slips guessed at freely."""
    codes = sorted(asking.machine.reader.lexicon.codes.items())
    words = [word for word, _ in codes]
    apart = cdist(words, words, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
    pairs = list(zip(*(axis.tolist() for axis in np.nonzero(np.triu(apart == 1, 1))), strict=True))
    asking.ask_all(slip for at in {at for pair in pairs for at in pair} for slip in _slips(words[at]))
    for one, other in pairs:
        pair = (codes[one], codes[other])
        slips = [(slip, owner) for word, owner in pair for slip in _slips(word) if slip not in words]
        answers = [(asking.ask(slip), owner) for slip, owner in dict.fromkeys(slips)]
        lost = [answer for answer, owner in answers if answer.campaign is None]
        wrong = [answer for answer, owner in answers if answer.campaign not in (owner, None)]
        believed = [a for a in (asking.ask(words[one]), asking.ask(words[other])) if a.campaign]
        cost = "one wrong letter turns one code into the other, which is credited as written; " if believed else ""
        cost += f"of {len(answers)} slips in the two codes (neighbours swapped, a letter doubled or lost) "
        cost += (
            f"{len(answers) - len(lost) - len(wrong)} credit the right campaign, {len(wrong)} another, {len(lost)} none"
        )
        yield Finding(
            "codes one letter apart",
            tuple(owner for _, owner in pair),
            (words[one], words[other]),
            (*believed, *[*wrong, *lost][: MOST_TEXTS - 2]),
            cost,
            "Give one of them a code that differs in two letters, and ask donors to write the name as well.",
        )


def _slips(code: str) -> list[str]:
    swapped = [code[:at] + b + a + code[at + 2 :] for at, (a, b) in enumerate(pairwise(code)) if a != b]
    doubled = [code[: at + 1] + code[at:] for at in range(len(code))]
    lost = [code[:at] + code[at + 1 :] for at in range(len(code)) if len(code) > SHORTEST_CODE]
    return list(dict.fromkeys([*swapped, *doubled, *lost]))


def _codes_that_are_words(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Codes that donors, the bank or the register use for something else, and codes too short to bear a slip."""
    lexicon = asking.machine.reader.lexicon
    for word, owner in sorted(lexicon.codes.items()):
        meanings = list(_meanings(word, owner, lexicon, asking))
        if not meanings:
            continue
        other = next((code for code in campaigns.codes if code != owner), None)
        texts = [
            word,
            f"{word} {asking.stranger}",
            f"{asking.stranger} {word}",
            *([f"{other} {word}"] if other else []),
        ]
        answers = tuple(asking.ask(text) for text in texts)
        credited = [a.text for a in answers if a.campaign == owner]
        cost = f"{'; '.join(meanings)}; "
        cost += (
            f"whoever means that credits {owner} all the same with {', '.join(credited)}"
            if credited
            else f"none of these texts credits {owner}"
        )
        if len(word) < SHORTEST_CODE:
            slips = [asking.ask(slip) for slip in _slips(word)]
            cost += f"; of {len(slips)} slips in it {sum(s.campaign == owner for s in slips)} credit the campaign"
        yield Finding("code that means something else", (owner,), (word,), answers, cost, _REMEDY["code"])


def _meanings(word: str, owner: str, lexicon: Lexicon, asking: Asker) -> Iterator[str]:
    """What the matcher itself takes a code for besides the code."""
    fund = asking.machine.reader.funds.word(word, False)
    if fund:
        yield f"{word} is a word of the fund {fund[0]}"
    if word in lexicon.fund_excludes:
        yield f"{word} is on the list of words that look like a fund"
    others = sorted(lexicon.campaigns_of.get(word, set()) - {owner})
    if others:
        yield f"{word} is a word in names of {', '.join(others)}"
    if meaning := _vocabulary(word, asking):
        yield f"{word} is a word that {meaning}"
    elif is_ordinary(word):
        yield f"{word} is an everyday word"
    if may_be_given(word) or may_be_surname(word):
        yield f"{word} is a name that people bear"
    if word.isdigit():
        yield f"{word} may as well be a house number or an amount"
    elif len(word) < SHORTEST_CODE:
        yield f"{word} may as well be initials"


_VOCABULARY = {
    "plain": "names nothing",
    "unit": "counts things",
    "person": "stands beside names",
    "firm": "speaks of a firm",
    "dealing": "speaks of business",
}


def _vocabulary(text: str, asking: Asker) -> str | None:
    """What all words of a text are in the matcher's own vocabulary, None where one of them is not in it."""
    roles = {role_of(token) for token in asking.reading(text).tokens}
    return " or ".join(_VOCABULARY[r] for r in sorted(roles)) if roles and roles <= _VOCABULARY.keys() else None


def _common_words(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Names and aliases made of nothing but words that stand in any payment."""
    for campaign in campaigns:
        for source, text in _texts(campaign):
            meaning = None if source == "code" else _vocabulary(text, asking)
            if not meaning:
                continue
            answers = tuple(asking.ask(t) for t in (text, f"{text} {asking.stranger}", f"{asking.stranger} {text}"))
            credited = [a.text for a in answers if a.campaign == campaign.code]
            cost = f"each of its words {meaning}; "
            cost += (
                f"whoever writes {' or '.join(credited)} credits {campaign.code}" if credited else "it credits nothing"
            )
            yield Finding(f"{source} of common words", (campaign.code,), (text,), answers, cost, _REMEDY[source])


def _inside_one_another(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """A name or alias that is part of another campaign's: the longer one wins, a slip in the rest may lose it."""
    lexicon = asking.machine.reader.lexicon
    for phrase in lexicon.phrases:
        around = [p for p in _sharing(phrase.words[:1], lexicon) if _is_part(phrase, p)]
        if not around:
            continue
        longer = list(dict.fromkeys(p.text for p in around))
        owners = sorted({p.campaign for p in around})
        answers = [asking.ask(text) for text in (phrase.text, *longer)]
        right = {p.text: p.campaign for p in around}
        kept = [t for t in longer if asking.ask(t).campaign == right[t]]
        alone = asking.ask(phrase.text).campaign
        cost = f"{len(kept)} of {len(longer)} longer names win over the shorter; "
        cost += (
            f"whoever leaves the rest out is credited to {alone}"
            if alone
            else "whoever leaves the rest out goes to a person"
        )
        yield Finding(
            "names inside one another",
            (phrase.campaign, *owners),
            (phrase.text, *longer),
            tuple(dict.fromkeys(answers[:MOST_TEXTS])),
            cost,
            f"Keep it only if {phrase.text} alone always means {phrase.campaign}; else take it out.",
        )


def _sharing(words: Sequence[str], lexicon: Lexicon) -> Iterator[Phrase]:
    for word in words:
        if word in lexicon.campaigns_of:
            yield from (p for p in lexicon.phrases if word in p.words)


def _is_part(short: Phrase, long: Phrase) -> bool:
    return short.campaign != long.campaign and set(short.words) < set(long.words)


def _shared_words(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Words in the names of several campaigns that are no name by themselves: alone they name none of them."""
    lexicon = asking.machine.reader.lexicon
    names = {p.words for p in lexicon.phrases}
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for word, owners in sorted(lexicon.campaigns_of.items()):
        if len(owners) < 2 or word in PLAIN or (word,) in names or word in lexicon.codes:
            continue
        alike[tuple(sorted(owners))].append(word)
    for named, words in alike.items():
        answers = tuple(asking.ask(word) for word in words)
        cost = "; ".join(f"whoever writes only {a.text} {_reaches(a)}" for a in answers)
        yield Finding(
            "words of several campaigns",
            named,
            tuple(words),
            answers[:MOST_TEXTS],
            cost,
            "Print a code or a full name on the notices; where one word alone means one of them, make it an alias.",
        )


def _reaches(answer: Answer) -> str:
    if answer.campaign:
        return f"is credited to {answer.campaign}"
    return "is credited by some ways of paying only" if any(o.campaign for o in answer.outcomes) else "is not credited"


def _generic_names(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Single words that the matcher does not trust beside a stranger's name: they may be one or mean another thing."""
    lexicon = asking.machine.reader.lexicon
    lost: dict[str, dict[str, list[Answer]]] = defaultdict(dict)
    for phrase in lexicon.phrases:
        word = phrase.words[0]
        if len(phrase.words) > 1 or word in lexicon.codes or not stands_alone(phrase, lexicon):
            continue
        if _vocabulary(word, asking):  # said already, and worse
            continue
        answers = [asking.ask(t) for t in (f"{word} {asking.stranger}", f"{asking.stranger} {word}")]
        if any(a.campaign != phrase.campaign for a in answers):
            lost[phrase.campaign][phrase.text] = [a for a in answers if a.campaign != phrase.campaign]
    for campaign, by_text in lost.items():
        found = [answer for answers in by_text.values() for answer in answers]
        yield Finding(
            "generic names",
            (campaign,),
            tuple(by_text),
            tuple(found[:MOST_TEXTS]),
            f"beside a donor's name, as in {found[0].text}, such a word does not credit {campaign} for certain",
            f"Ask donors for the code {campaign} or a name of two words; such a word helps only where it stands alone.",
        )


def _alike_names(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Campaigns whose names differ in years or words that name nothing: this year's and last year's appeal."""
    alike: dict[tuple[str, ...], list[Campaign]] = defaultdict(list)
    for campaign in campaigns:
        words = tuple(sorted(w for w in content_words(campaign.name) if w not in PLAIN and not w.isdigit()))
        alike[words].append(campaign)
    for words, same in alike.items():
        if len(same) < 2 or not words:
            continue
        bare = " ".join(w for w in content_words(same[0].name) if w in words)
        answers = tuple(asking.ask(t) for t in dict.fromkeys([bare, *(c.name for c in same)]))
        days = "are open on the same days" if _overlap(same) else "are open at different times, which never decides"
        yield Finding(
            "names alike",
            tuple(c.code for c in same),
            tuple(c.name for c in same),
            answers[:MOST_TEXTS],
            f"they {days}; whoever writes only {bare} {_reaches(answers[0])}",
            "Take the finished one off the register once its late gifts are booked, or give both other names.",
        )


def _overlap(campaigns: Iterable[Campaign]) -> bool:
    from_first = sorted(campaigns, key=lambda c: (c.opens is not None, c.opens or c.closes or 0))
    return any(
        not (a.closes and b.opens and a.closes < b.opens) and not (b.closes and a.opens and b.closes < a.opens)
        for at, a in enumerate(from_first)
        for b in from_first[at + 1 :]
    )


def _without_short_form(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Campaigns that only the code or the whole name reaches, the code being no word of the name."""
    for campaign in campaigns:
        words = [w for w in content_words(campaign.name) if w not in PLAIN]
        code = squashed(campaign.code)
        if campaign.aliases or len(words) < 2 or code in words:
            continue
        answers = tuple(asking.ask(word) for word in words)
        if any(a.campaign == campaign.code for a in answers):
            continue
        yield Finding(
            "no alias",
            (campaign.code,),
            (campaign.name,),
            answers[:MOST_TEXTS],
            f"only {campaign.code} or the name in full is credited; none of its words alone is",
            "Give it the short form that donors use as an alias.",
        )


def _aliases_in_one(campaigns: CampaignRegister, asking: Asker) -> Iterator[Finding]:
    """Aliases with a comma or a semicolon, which are read as one and were probably meant as several."""
    for campaign in campaigns:
        for alias in campaign.aliases:
            several = [part.strip() for part in re.split("[,;]", alias) if part.strip()]
            answers = tuple(asking.ask(part) for part in several)
            if len(several) > 1 and any(a.campaign != campaign.code for a in answers):
                yield Finding(
                    "aliases in one",
                    (campaign.code,),
                    (alias,),
                    answers[:MOST_TEXTS],
                    "it is read as one alias, and no gift says all of it",
                    f"Put | between them: {shown('|'.join(several), 80)}",
                )


FINDERS: tuple[Callable[[CampaignRegister, Asker], Iterator[Finding]], ...] = (
    _not_credited,
    _near_codes,
    _codes_that_are_words,
    _common_words,
    _inside_one_another,
    _alike_names,
    _shared_words,
    _generic_names,
    _without_short_form,
    _aliases_in_one,
)


def said(finding: Finding) -> dict[str, str]:
    """The finding as one row of texts."""
    return {
        "finding": finding.kind,
        "campaigns": ", ".join(finding.campaigns),
        "words": ", ".join(shown(word, 60) for word in finding.words),
        "asked": "; ".join(str(answer) for answer in finding.answers),
        "cost": finding.cost,
        "do": finding.do,
    }

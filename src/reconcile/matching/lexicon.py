"""The register and the fund vocabulary as a lookup: codes, phrases, which word belongs to which campaigns."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise, takewhile

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.matching import translations
from reconcile.matching.one_off import OneOff
from reconcile.matching.words import PARTICLES, PLAIN, STOP, runs, squashed, words_of

GLUED_LENGTH = 6
"""Phrases of several words at least this long are also looked for run together, slips allowed."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to name a campaign in full: its words in order, without the words between words."""

    campaign: str
    words: tuple[str, ...]
    text: str
    source: str

    @property
    def glued(self) -> str:
        """The words run together."""
        return "".join(self.words)


SHORTEST_BEGINNING, SHORTEST_HELD, LONGEST_HOLDER = 3, 5, 20
"""How long a code and a word must be to be told within a longer one, and how long that may be."""


@dataclass(slots=True)
class Lexicon:
    """Everything the rules look up, built once for a register and a vocabulary.

    `words` are all words and run-together phrases that a slip may be compared with; `letter_codes` the codes without
    digits, in which a slip can be guessed at (`letter_codes_near`, and those with digits `figure_codes_near`, look them
    up by a slip); `code_stems` the letters that codes with digits begin with: before other
    digits they are a wrong code. `phrases_of` has each phrase under the rarer of its first two words, then under the
    other, None where there is none: every mention must hold both. `next_words` has for a word the campaigns and words
    that follow it in their names. `fund_rests` are fund words that are what is left of a longer spelling: MEMORY of
    "In Memory". `fund_glued` are the spellings of several words, run together, and
    `fund_spelt` both: the fund of every word that spells one.
    """

    names: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)
    code_slips: dict[str, str] = field(default_factory=dict)
    code_stems: frozenset[str] = frozenset()
    code_words: frozenset[str] = frozenset()
    phrases: list[Phrase] = field(default_factory=list)
    phrases_of: dict[str, dict[str | None, list[int]]] = field(default_factory=dict)
    next_words: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    campaigns_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    glued: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    fund_words: dict[str, str] = field(default_factory=dict)
    fund_phrases: dict[tuple[str, ...], str] = field(default_factory=dict)
    fund_glued: dict[str, str] = field(default_factory=dict)
    fund_spelt: dict[str, str] = field(default_factory=dict)
    fund_rests: frozenset[str] = frozenset()
    fund_excludes: frozenset[str] = frozenset()
    fund_excluded_phrases: frozenset[tuple[str, ...]] = frozenset()
    never_automatic: frozenset[str | None] = frozenset()
    campaign_of_fund: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    translated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    letter_codes: tuple[str, ...] = ()
    letter_codes_near: OneOff = field(default_factory=OneOff)
    figure_codes_near: OneOff = field(default_factory=OneOff)
    _begun: dict[str, list[str]] = field(default_factory=dict)
    _spelt: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    _held: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    said: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def held_in(self, token: str) -> tuple[tuple[str, str], ...]:
        """Campaigns of which a code begins a long word, or a word stands in it; each with how, in words."""
        if not SHORTEST_HELD < len(token) <= LONGEST_HOLDER:
            return ()
        if token not in self._held:
            begun = (token[:end] for end in range(SHORTEST_BEGINNING, len(token)))
            found = [(self.codes[code], f"begins with the code {code}") for code in begun if code in self.codes]
            for start in range(len(token) - SHORTEST_HELD + 1):
                for end in range(start + SHORTEST_HELD, len(token) + 1):
                    owners = self.campaigns_of.get(token[start:end], ())
                    found += [(owner, f"holds {token[start:end]}") for owner in owners if len(owners) == 1]
            self._held[token] = tuple(found)
        return self._held[token]

    def begun_by(self, token: str, least: int = 4) -> list[str]:
        """The single words of names that begin with a token of at least so many letters."""
        if len(token) < least:
            return []
        found = self._begun.get(token)
        if found is None:
            begun = islice(self.words, bisect_left(self.words, token), None)
            found = [w for w in takewhile(lambda word: word.startswith(token), begun) if w in self.campaigns_of]
            self._begun[token] = found
        return found

    def funds_in(self, words: tuple[str, ...]) -> frozenset[str]:
        """The funds that words of a name or alias spell, where they are not part of what means no fund."""
        if words not in self._spelt:
            self._spelt[words] = self._funds_in(words)
        return self._spelt[words]

    def _funds_in(self, words: tuple[str, ...]) -> frozenset[str]:
        parts = [(at, words[at : at + n]) for n in range(2, len(words) + 1) for at in range(len(words) - n + 1)]
        none = {i for at, part in parts if part in self.fund_excluded_phrases for i in range(at, at + len(part))}
        whole = self.fund_words.keys() - self.fund_rests
        spelt = {self.fund_words[w] for at, w in enumerate(words) if w in whole and at not in none}
        return frozenset(spelt.union(self.fund_phrases[part] for _, part in parts if part in self.fund_phrases))

    def begins_a_fund(self, start: str) -> bool:
        """Whether a word that a fund is spelt with begins so."""
        spelt = chain(self.fund_words, *self.fund_phrases)
        return any(word.startswith(start) for word in spelt)

    def fund_spelled(self, words: tuple[str, ...]) -> str | None:
        """The fund that these words spell, if they spell one."""
        return self.fund_words.get(words[0]) if len(words) == 1 else self.fund_phrases.get(words)


def build(campaigns: CampaignRegister, funds: FundVocabulary) -> Lexicon:
    """The lookup for a register and a vocabulary; the order of neither matters."""
    lexicon = Lexicon({c.code: c.name for c in campaigns.campaigns})
    for campaign in sorted(campaigns.campaigns, key=lambda c: c.code):
        lexicon.codes[squashed(campaign.code)] = campaign.code
        _add_phrase(lexicon, campaign.code, campaign.name, "name")
        for alias in campaign.aliases:
            _add_phrase(lexicon, campaign.code, alias, "alias")
    _add_funds(lexicon, funds)
    _add_bare_names(lexicon)
    for number, phrase in enumerate(lexicon.phrases):
        for word in phrase.words:
            lexicon.campaigns_of[word].add(phrase.campaign)
        for glued in {phrase.glued, squashed(phrase.text)} if len(phrase.words) > 1 else ():
            if len(glued) >= GLUED_LENGTH:
                lexicon.glued[glued].append(number)
    for number, phrase in enumerate(lexicon.phrases):
        rarer, *other = sorted(phrase.words[:2], key=lambda w: (len(lexicon.campaigns_of[w]), w))
        lexicon.phrases_of.setdefault(rarer, {}).setdefault(other[0] if other else None, []).append(number)
        for word, following in pairwise(phrase.words):
            lexicon.next_words[word].add((phrase.campaign, following))
    lexicon.words = sorted(set(lexicon.campaigns_of) | set(lexicon.glued))
    lexicon.translated = translations.into(lexicon.campaigns_of, lexicon.glued) | _short_years(lexicon.campaigns_of)
    _add_other_spellings(lexicon, funds)
    _add_run_together(lexicon)
    lexicon.letter_codes = tuple(sorted(c for c in lexicon.codes if c.isalpha()))
    lexicon.letter_codes_near = OneOff(lexicon.letter_codes)
    lexicon.figure_codes_near = OneOff(lexicon.codes.keys() - set(lexicon.letter_codes))
    lexicon.code_slips = _code_slips(lexicon.codes)
    stems = (runs(code)[0] for code in lexicon.codes if not code.isalpha())
    lexicon.code_stems = frozenset(stem for stem in stems if stem.isalpha())
    lexicon.code_words = frozenset(part for code in lexicon.codes for part in runs(code) if part.isalpha())
    return lexicon


def _short_years(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Two figures as the year that a name has: `25` for `2025`; one that the register has itself means itself."""
    known = set(words)
    years = (word for word in known if len(word) == 4 and word.isdigit() and word.startswith("20"))
    return {year[2:]: (year,) for year in years if year[2:] not in known}


def _add_other_spellings(lexicon: Lexicon, funds: FundVocabulary) -> None:
    """A fund's spelling stands for another of its spellings in a name: `MOLEFE BEURS` for `Molefe Bursary`."""
    for fund in funds.funds:
        single = {words[0] for words in map(content_words, fund.spellings) if len(words) == 1}
        meant = single & lexicon.campaigns_of.keys()
        for word in single - meant:
            lexicon.translated[word] = tuple(sorted(meant.union(lexicon.translated.get(word, ()))))


def content_words(text: str) -> tuple[str, ...]:
    """The words of a name or alias without the words between words, unless nothing else is left."""
    all_words = words_of(text)
    return tuple(w for w in all_words if w not in STOP) or all_words


def _add_phrase(lexicon: Lexicon, campaign: str, text: str, source: str) -> None:
    words = content_words(text)
    # AULAS INGLES of "Aulas de Ingles"
    inner = tuple(word for word in words[1:-1] if word not in PARTICLES)
    for form in (words, (*words[:1], *inner, *words[-1:])) if len(words) > 2 else (words,):
        if form and (campaign, form) not in lexicon.said:
            lexicon.said.add((campaign, form))
            lexicon.phrases.append(Phrase(campaign, form, text, source))


def _add_funds(lexicon: Lexicon, funds: FundVocabulary) -> None:
    named: dict[tuple[str, ...], set[str]] = defaultdict(set)
    called: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for phrase in lexicon.phrases:
        named[phrase.words].add(phrase.campaign)
        if phrase.source == "name":
            called[tuple(w for w in phrase.words if w not in PLAIN) or phrase.words].add(phrase.campaign)
    lexicon.never_automatic = frozenset(fund.name for fund in funds.funds if not fund.automatic)
    excluded = [words for fund in funds.funds for text in fund.excludes for words in _both_ways(text)]
    lexicon.fund_excludes = frozenset(w[0] for w in excluded if len(w) == 1)
    lexicon.fund_excluded_phrases = frozenset(w for w in excluded if len(w) > 1)
    texts = [text for fund in funds.funds for text in fund.spellings]
    whole = {words[0] for words in map(words_of, texts) if len(words) == 1}
    lexicon.fund_rests = frozenset(w[0] for w in map(content_words, texts) if len(w) == 1 and w[0] not in whole)
    for fund in funds.funds:
        spellings = [(content_words(text), text) for text in fund.spellings]
        for words, text in spellings:
            if len(words) == 1:
                lexicon.fund_words[words[0]] = fund.name
            for several in _both_ways(text) if len(words) > 1 else ():
                lexicon.fund_phrases[several] = fund.name
        # a campaign whose own name is a fund's, or that lists the fund's own name, is named by every spelling of it;
        # one that shares only a particular word with the fund (an alias Cancer Research, spelt so too) is not
        owners = set(named.get(content_words(fund.name), ())).union(*(called.get(words, ()) for words, _ in spellings))
        if len(owners) == 1:
            lexicon.campaign_of_fund[fund.name] = owners.pop()


def _add_run_together(lexicon: Lexicon) -> None:
    """Several words of a fund typed as one spell it too, where the register has no name that is the same."""

    def glued(phrases: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for words in phrases:
            word = "".join(words)
            if len(word) >= GLUED_LENGTH and word not in lexicon.glued and word not in lexicon.campaigns_of:
                yield word, words

    lexicon.fund_excludes |= {word for word, _ in glued(lexicon.fund_excluded_phrases)}
    lexicon.fund_glued = {
        word: lexicon.fund_phrases[words]
        for word, words in glued(lexicon.fund_phrases)
        if word not in lexicon.fund_words and word not in lexicon.fund_excludes
    }
    lexicon.fund_spelt = lexicon.fund_words | lexicon.fund_glued


def _both_ways(text: str) -> set[tuple[str, ...]]:
    """The words of a phrase without the words between words, and with them: `Farmers in Need`."""
    return {content_words(text), words_of(text)}


def _add_bare_names(lexicon: Lexicon) -> None:
    """A name without its plain words ("Appeal", "Fund") names the campaign too, if the rest is its alone."""
    taken = {p.words for p in lexicon.phrases}
    owners: dict[str, set[str]] = defaultdict(set)
    for phrase in lexicon.phrases:
        for word in phrase.words:
            owners[word].add(phrase.campaign)
    for phrase in [p for p in lexicon.phrases if p.source == "name"]:
        bare = tuple(w for w in phrase.words if w not in PLAIN)
        # a common word of giving (orphans, floods) is no name by itself, though only one campaign has it
        long_enough = len(bare) > 1 or (len(bare) == 1 and len(bare[0]) >= 5 and not translations.is_common(bare[0]))
        if bare not in taken and long_enough and all(owners[w] == {phrase.campaign} for w in bare):
            lexicon.phrases.append(Phrase(phrase.campaign, bare, phrase.text, "name"))


def _code_slips(codes: dict[str, str]) -> dict[str, str]:
    """Slips in a code after which only one campaign can be meant.

    Two neighbours swapped, one letter doubled, O typed for 0 or I for 1, noughts in front of a number, a year in full;
    other digits stand. A slip that is also one wrong letter of another code (ACB of ABC and ACE), or has just its
    letters, may mean either.
    """
    meant: dict[str, set[str]] = defaultdict(set)
    near: dict[str, set[str]] = defaultdict(set)
    same: dict[str, set[str]] = defaultdict(set)
    for code, campaign in codes.items():
        same["".join(sorted(code))].add(campaign)
        for at in range(len(code)):
            near[f"{code[:at]}?{code[at + 1 :]}"].add(campaign)
        for slip in _slips(code) if len(code) >= 3 else ():
            meant[slip].add(campaign)
    for slip, owners in meant.items():
        owners.update(*(near.get(f"{slip[:at]}?{slip[at + 1 :]}", ()) for at in range(len(slip))))
        owners.update(same.get("".join(sorted(slip)), ()))
    return {slip: owners.pop() for slip, owners in meant.items() if len(owners) == 1 and slip not in codes}


_LOOKALIKE = {"O": "0", "I": "1", "L": "1", "0": "O", "1": "I"}


def _slips(code: str) -> Iterator[str]:
    for at, letter in enumerate(code):
        if letter.isalpha():
            yield code[: at + 1] + code[at:]
        if code[at : at + 2].isalpha() and at + 1 < len(code):
            yield code[:at] + code[at + 1] + letter + code[at + 2 :]
        if letter in _LOOKALIKE and not code.isalpha() and not code.isdigit():
            yield code[:at] + _LOOKALIKE[letter] + code[at + 1 :]
    parts = runs(code)
    *letters, last = parts
    if letters and last.isdigit():
        numbers = [last.lstrip("0"), "0" + last, *(["20" + last] if len(last) == 2 else [])]
        yield from ("".join(letters) + number for number in numbers if number)

"""The fund from words alone: which words of a reference name a restricted fund, deny one, or only look like one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from reconcile.matching.denials import denied_after, denied_before
from reconcile.matching.keyboard import may_be_meant
from reconcile.matching.lexicon import Lexicon
from reconcile.matching.likeness import CUT, EXACT, SLIP, VARIANT
from reconcile.matching.names import may_be_given, may_be_surname
from reconcile.matching.one_off import OneOff
from reconcile.matching.translations import beginnings
from reconcile.matching.words import (
    FILLER,
    GIVEN_BY,
    PERSON,
    PLAIN,
    SHORTEST_PIECE,
    beginnings_of,
    beside,
    in_order,
    is_ordinary,
)

LEAST_HELD = 5
"""A spelling of so many letters is hardly by chance the beginning or end of a word."""

LONGEST_OF_CHANCE = 6
"""Up to so many letters a word may be one letter off a fund's by chance, so that the letter must be a likely one."""

MOST_OF_A_WORD = 0.4
"""The beginning of a fund's word must be so much of it, or three letters."""

ARTICLES = frozenset("AL UL EL IL UN US AS AR".split())
"""The Arabic article between the words of a fund's name, as it is written or said: `ZAKAT UL FITR`."""

_DOUBLED = re.compile(r"(.)\1+")
_SAME = str.maketrans({"Q": "K", "C": "K", "Z": "S"})


_VOWELS = re.compile("[AEIOU]")


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    """Spellings of one fund word made one. Stricter than for campaigns: vowels count, since Sadiqa is not sadaqah."""
    word = _DOUBLED.sub(r"\1", word.replace("DH", "D").replace("KH", "K").translate(_SAME))
    return word[:-1] if word.endswith("H") and len(word) > 3 else word


class FundWord(NamedTuple):
    """Words at positions `start` to `end` (exclusive) that name a fund, and how: exact, variant, slip or cut."""

    start: int
    end: int
    fund: str
    how: str
    denied: bool = False


@dataclass(slots=True)
class FundReader:
    """Finds fund words; remembers what each distinct word was found to be."""

    lexicon: Lexicon
    _respelt: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    _strangers: set[str] = field(default_factory=set)
    _memory: dict[tuple[str, bool], tuple[str, str] | None] = field(default_factory=dict)
    _sounds: dict[str, str] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(default_factory=dict)
    _cut_prefixes: dict[str, str] = field(default_factory=dict)
    _begun_phrases: dict[str, str] = field(default_factory=dict)
    _beginnings: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    _consonants: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _long: OneOff = field(init=False)
    _excluded: OneOff = field(init=False)
    _starts: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=lambda: defaultdict(list))
    _starts_by_letter: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _excluded_starts: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    _held: dict[str, str | None] = field(default_factory=dict)
    _longest: int = 1
    _parts: OneOff = field(init=False)
    _are_parts: dict[str, bool] = field(default_factory=dict)
    _begin_parts: frozenset[str] = frozenset()
    _sounds_of_parts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._note_words()
        self._note_phrases()

    def _note_words(self) -> None:
        sounds: dict[str, set[str]] = defaultdict(set)
        prefixes: dict[str, set[str]] = defaultdict(set)
        cut: dict[str, set[str]] = defaultdict(set)
        for word, fund in self.lexicon.fund_spelt.items():
            if len(word) >= 5:  # SAC and ZAC are no ZAK
                sounds[_sound(word)].add(fund)
        for word, fund in self.lexicon.fund_words.items():
            for length in range(3, len(word)):
                cut[word[:length]].add(fund)
                if length == 3 or MOST_OF_A_WORD * len(word) <= length:
                    prefixes[word[:length]].add(fund)
        self._begun_phrases = self._beginnings_of_phrases(cut)
        self._sounds = {s: f.pop() for s, f in sounds.items() if len(f) == 1}
        self._prefixes = {p: f.pop() for p, f in prefixes.items() if len(f) == 1}
        self._cut_prefixes = {p: f.pop() for p, f in cut.items() if len(f) == 1}
        for word in self.lexicon.fund_words:
            if len(_VOWELS.sub("", word)) >= 3:
                self._consonants[_VOWELS.sub("", word)].append(word)
        self._long = OneOff(w for w in self.lexicon.fund_spelt if len(w) >= 5)
        self._excluded = OneOff(self.lexicon.fund_excludes)

    def _note_phrases(self) -> None:
        for phrase, fund in self.lexicon.fund_phrases.items():
            self._starts[phrase[0]].append((phrase, fund))
        for first in self._starts:
            self._starts_by_letter[first[0]].append(first)
        for phrase in sorted(self.lexicon.fund_excluded_phrases):
            self._excluded_starts[phrase[0]].append(phrase)
        phrases = [*self.lexicon.fund_phrases, *self.lexicon.fund_excluded_phrases]
        self._longest = max((len(p) for p in phrases), default=1)
        parts = {part for phrase in phrases for part in phrase}
        self._parts = OneOff(part for part in parts if len(part) >= 5)
        self._begin_parts = beginnings_of(parts, 2) | parts | (ARTICLES if parts & ARTICLES else frozenset())
        self._sounds_of_parts = frozenset(_sound(part) for part in parts)

    def _beginnings_of_phrases(self, words: Mapping[str, set[str]]) -> dict[str, str]:
        """The fund of three letters or more of a phrase's first word, where no other phrase or word begins so."""
        begun: dict[str, set[str]] = defaultdict(set)
        for phrase, fund in self.lexicon.fund_phrases.items():
            for length in range(3, len(phrase[0]) + 1):
                begun[phrase[0][:length]].add(fund)
        return {start: f.pop() for start, f in begun.items() if len(f | words.get(start, f)) == 1}

    def may_mean(self, word: str) -> bool:
        """Whether a word may be one of a fund's, alone, cut off, or within a phrase."""
        if self.word(word, False) or self.word(word, True) or word in self.lexicon.fund_excludes:
            return True
        return self._may_be_a_part(word)

    def _may_be_a_part(self, word: str) -> bool:
        """Whether a word may be one of a phrase's, at the end of a text also cut off."""
        found = self._are_parts.get(word)
        if found is None:
            known = word in self._begin_parts or _sound(word) in self._sounds_of_parts
            found = self._are_parts[word] = known or bool(self._parts.of(word))
        return found

    def find(self, tokens: list[str], cut: bool) -> list[FundWord]:
        """The fund words among the tokens, in order; the longest phrase wins; a denied one is marked so."""
        found: list[FundWord] = []
        if self._strangers.issuperset(tokens):
            return found
        at = 0
        while at < len(tokens):
            if tokens[at] in self._strangers:
                at += 1
                continue
            match = self._phrase(tokens, at, cut) or self._word(tokens, at, cut)
            if match is None:
                self._note_stranger(tokens[at])
                at += 1
                continue
            given_by = at > 0 and tokens[at - 1] in GIVEN_BY and match.how in (SLIP, CUT)
            if match.fund and not given_by:  # after "from" stands a name
                found.append(match)
            at = match.end
        return _with_denials(tokens, found)

    def _note_stranger(self, token: str) -> None:
        """Remember a word that is no fund's wherever it stands."""
        begins = token in self._excluded_starts or self._beginning_like(token) or self._short_form(token)
        if not begins and self.word(token, False) is None and self.word(token, True) is None:
            self._strangers.add(token)

    def _phrase(self, tokens: list[str], at: int, cut: bool) -> FundWord | None:
        if at + 1 == len(tokens) or not self._may_be_a_part(tokens[at + 1]):
            return None
        if tokens[at] not in self._excluded_starts and not self._beginning_like(tokens[at]):
            return None
        for length in range(min(self._longest, len(tokens) - at), 1, -1):
            words = tuple(tokens[at : at + length])
            # what one fund excludes may be how another is spelt, so spellings come first
            if fund := self.lexicon.fund_phrases.get(words):
                return FundWord(at, at + length, fund, EXACT)
            ended = cut and at + length == len(tokens)
            for none in self._excluded_starts.get(words[0], ()):
                if len(none) == length and self._alike(words, none, ended):
                    return FundWord(at, at + length, "", EXACT)
            for phrase, fund in self._beginning_like(words[0]):
                if len(phrase) == length and self._alike(words, phrase, ended):
                    return FundWord(at, at + length, fund, VARIANT)
        return None

    def _beginning_like(self, word: str) -> list[tuple[tuple[str, ...], str]]:
        if word not in self._beginnings:
            alike = self._starts_by_letter.get(word[0], ())
            like = [first for first in alike if self._alike((word,), (first,), cut=False)]
            self._beginnings[word] = [phrase for first in like for phrase in self._starts[first]]
        return self._beginnings[word]

    @staticmethod
    def _alike(words: tuple[str, ...], phrase: tuple[str, ...], cut: bool) -> bool:
        if words[0][0] != phrase[0][0]:
            return False
        for number, (typed, known) in enumerate(zip(words, phrase, strict=True)):
            if typed in ARTICLES and known in ARTICLES:
                continue
            ended = cut and number == len(words) - 1 and len(typed) >= 2 and known.startswith(typed)
            close = len(known) >= 5 and OSA.distance(typed, known, score_cutoff=1) <= 1
            if not (ended or close or _sound(typed) == _sound(known)):
                return False
        return True

    def _word(self, tokens: list[str], at: int, cut: bool) -> FundWord | None:
        last = at == len(tokens) - 1
        read = self.word(tokens[at], cut and last) or (self._short_form(tokens[at]) if last else None)
        return FundWord(at, at + 1, *read) if read else None

    def _short_form(self, typed: str) -> tuple[str, str] | None:
        """The fund of its first three letters at the end of a text, though they are an everyday word: `SAD`."""
        fund = self._prefixes.get(typed) if len(typed) == 3 else None
        return (fund, SLIP) if fund and not (_is_called(typed) or typed in PLAIN) and self._is_free(typed) else None

    def _is_free(self, typed: str) -> bool:
        lexicon = self.lexicon
        return not (typed in lexicon.fund_excludes or typed in lexicon.codes or typed in lexicon.campaigns_of)

    def word(self, typed: str, ended: bool) -> tuple[str, str] | None:
        """Fund and how of one word, or None; `ended` when the text was cut after it."""
        key = (typed, ended)
        if key not in self._memory:
            self._memory[key] = self._read(typed, ended)
        return self._memory[key]

    def _read(self, typed: str, ended: bool) -> tuple[str, str] | None:
        if fund := self.lexicon.fund_spelt.get(typed):
            return fund, EXACT
        if not self._is_free(typed) or not typed.isalpha() or len(typed) < 3:
            return None
        # a word that means something by itself is no slip of a fund's, save at a cut end: CLAREMONT MISS
        named = _is_called(typed)
        known = named or is_ordinary(typed) or typed in PLAIN or _is_foreign(typed)
        begun = (self._cut_prefixes if ended else self._prefixes).get(typed)
        filler = beside().get(typed) == FILLER
        if begun and (not known or (ended and (len(typed) > 3 or filler or not named))):
            return begun, CUT if ended and len(typed) > 3 else SLIP
        if known:
            return None
        if ended and typed in self._begun_phrases:
            return self._begun_phrases[typed], CUT if len(typed) > 3 else SLIP
        if typed not in self._respelt:
            variant = self._sounds.get(_sound(typed)) or self._without_vowels(typed) or self._inflected(typed)
            self._respelt[typed] = (variant, VARIANT) if variant else self._slip(typed)
        return self._respelt[typed]

    def may_begin(self, typed: str) -> str | None:
        """The fund that a word at a cut end may be the beginning of, though it is a name or another word: `ANN`."""
        return self._cut_prefixes.get(typed) if self._is_free(typed) else None

    def may_sound(self, typed: str) -> str | None:
        """The fund that a word may be another spelling of, though people are called so: `LILA`."""
        called = len(typed) > SHORTEST_PIECE and typed.isalpha() and _is_called(typed)
        return self._sounds.get(_sound(typed)) if called and self._is_free(typed) else None

    def held_in(self, typed: str) -> str | None:
        """The fund whose spelling a word that means nothing begins or ends with: `KHANZAKAT`."""
        if typed not in self._held:
            self._held[typed] = self._holds(typed)
        return self._held[typed]

    def _holds(self, typed: str) -> str | None:
        if len(typed) <= LEAST_HELD or not typed.isalpha() or is_ordinary(typed) or _is_called(typed):
            return None
        if typed in self.lexicon.fund_excludes:
            return None
        ends = (part for at in range(1, len(typed) - LEAST_HELD + 1) for part in (typed[at:], typed[:-at]))
        return next((self.lexicon.fund_spelt[part] for part in ends if part in self.lexicon.fund_spelt), None)

    def _inflected(self, typed: str) -> str | None:
        """The fund of which a word is another form: `SPAYING`, `SPAYED`."""
        stems = (typed.removesuffix(ending) for ending in ("ING", "ED", "ES", "S") if typed.endswith(ending))
        return next((self.lexicon.fund_words[stem] for stem in stems if stem in self.lexicon.fund_words), None)

    def _slip(self, typed: str) -> tuple[str, str] | None:
        near = self._long.of(typed) if len(typed) >= 4 else []
        near = [
            w for w in near if len(typed) > LONGEST_OF_CHANCE or may_be_meant(typed, w) or sorted(typed) == sorted(w)
        ]
        swapped = {self.lexicon.fund_spelt[w] for w in near if sorted(typed) == sorted(w)}
        if len(swapped) == 1:
            return swapped.pop(), SLIP
        meant = {self.lexicon.fund_spelt[w] for w in near}
        # a word as near to one that means no fund (a name, a thanksgiving) is no slip of a fund word
        return None if len(meant) != 1 or self._excluded.of(typed) else (meant.pop(), SLIP)

    def _without_vowels(self, typed: str) -> str | None:
        """The fund of a spelling whose vowels were dropped, as in short messages: `ZAKT`."""
        if len(typed) < 4:
            return None
        spelt = self._consonants.get(_VOWELS.sub("", typed), ())
        meant = {self.lexicon.fund_words[w] for w in spelt if len(w) > len(typed) and in_order(typed, w)}
        return meant.pop() if len(meant) == 1 else None


def _is_called(word: str) -> bool:
    """Whether a person, a firm, a place or a thing beside a campaign is called so."""
    return may_be_given(word) or may_be_surname(word) or beside().get(word, PERSON) != PERSON


def _is_foreign(word: str) -> bool:
    """Whether it is a word of another language, and not a short form of the English one."""
    return word in beginnings() and not any(begins.startswith(word) for begins in beginnings()[word])


def _with_denials(tokens: list[str], found: list[FundWord]) -> list[FundWord]:
    """The fund words with those marked that are denied: by a word before or right behind, or in one list with such."""
    told: list[FundWord] = []
    for word in found:
        listed = bool(told) and told[-1].denied and set(tokens[told[-1].end : word.start]) <= _LISTED
        denied = listed or denied_before(tokens, word.start) or denied_after(tokens, word.end)
        told.append(word._replace(denied=True) if denied else word)
    return told


_LISTED = frozenset("OR OF NOR AND EN N".split())
"""Words between the parts of a list; a mark such as / leaves nothing between them."""

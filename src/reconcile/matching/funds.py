"""The fund from words alone: which words of a reference name a restricted fund, deny one, or only look like one."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from reconcile.matching.lexicon import Lexicon
from reconcile.matching.likeness import CUT, EXACT, SLIP, VARIANT
from reconcile.matching.words import DENIALS

_DOUBLED = re.compile(r"(.)\1+")
_SAME = str.maketrans({"Q": "K", "C": "K", "Z": "S"})


_VOWELS = re.compile("[AEIOU]")


def _drops_from(short: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in short)


def _sound(word: str) -> str:
    """Spellings of one fund word made one. Stricter than for campaigns: vowels count, since Sadiqa is not sadaqah."""
    word = _DOUBLED.sub(r"\1", word.replace("DH", "D").replace("KH", "K").translate(_SAME))
    return word[:-1] if word.endswith("H") and len(word) > 3 else word


@dataclass(frozen=True, slots=True)
class FundWord:
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
    _memory: dict[tuple[str, bool], tuple[str, str] | None] = field(default_factory=dict)
    _sounds: dict[str, str] = field(default_factory=dict)
    _prefixes: dict[str, str] = field(default_factory=dict)
    _longest: int = 1

    def __post_init__(self) -> None:
        sounds: dict[str, set[str]] = defaultdict(set)
        prefixes: dict[str, set[str]] = defaultdict(set)
        for word, fund in self.lexicon.fund_words.items():
            sounds[_sound(word)].add(fund)
            for length in range(3, len(word)):
                prefixes[word[:length]].add(fund)
        self._sounds = {s: f.pop() for s, f in sounds.items() if len(f) == 1 and len(s) >= 3}
        self._prefixes = {p: f.pop() for p, f in prefixes.items() if len(f) == 1}
        phrases = [*self.lexicon.fund_phrases, *self.lexicon.fund_excluded_phrases]
        self._longest = max((len(p) for p in phrases), default=1)

    def find(self, tokens: list[str], cut: bool) -> list[FundWord]:
        """The fund words among the tokens, in order; the longest phrase wins; a denied one is marked so."""
        found: list[FundWord] = []
        at = 0
        while at < len(tokens):
            match = self._phrase(tokens, at, cut) or self._word(tokens, at, cut)
            if match is None:
                at += 1
                continue
            if match.fund:
                denied = at > 0 and tokens[at - 1] in DENIALS
                found.append(FundWord(match.start, match.end, match.fund, match.how, denied))
            at = match.end
        return found

    def _phrase(self, tokens: list[str], at: int, cut: bool) -> FundWord | None:
        for length in range(min(self._longest, len(tokens) - at), 1, -1):
            words = tuple(tokens[at : at + length])
            # what one fund excludes may be how another is spelt, so spellings come first
            if fund := self.lexicon.fund_phrases.get(words):
                return FundWord(at, at + length, fund, EXACT)
            if words in self.lexicon.fund_excluded_phrases:
                return FundWord(at, at + length, "", EXACT)
            for phrase, fund in self.lexicon.fund_phrases.items():
                if len(phrase) == length and self._alike(words, phrase, cut and at + length == len(tokens)):
                    return FundWord(at, at + length, fund, VARIANT)
        return None

    @staticmethod
    def _alike(words: tuple[str, ...], phrase: tuple[str, ...], cut: bool) -> bool:
        if words[0][0] != phrase[0][0]:
            return False
        for number, (typed, known) in enumerate(zip(words, phrase, strict=True)):
            ended = cut and number == len(words) - 1 and len(typed) >= 2 and known.startswith(typed)
            close = len(known) >= 5 and OSA.distance(typed, known, score_cutoff=1) <= 1
            if not (ended or close or _sound(typed) == _sound(known)):
                return False
        return True

    def _word(self, tokens: list[str], at: int, cut: bool) -> FundWord | None:
        ended = cut and at == len(tokens) - 1
        read = self.word(tokens[at], ended)
        return FundWord(at, at + 1, *read) if read else None

    def word(self, typed: str, ended: bool) -> tuple[str, str] | None:
        """Fund and how of one word, or None; `ended` when the text was cut after it."""
        key = (typed, ended)
        if key not in self._memory:
            self._memory[key] = self._read(typed, ended)
        return self._memory[key]

    def _read(self, typed: str, ended: bool) -> tuple[str, str] | None:
        if fund := self.lexicon.fund_words.get(typed):
            return fund, EXACT
        if typed in self.lexicon.fund_excludes or not typed.isalpha() or len(typed) < 3:
            return None
        if typed in self.lexicon.codes or typed in self.lexicon.campaigns_of:
            return None
        if fund := self._prefixes.get(typed):
            if ended:
                return fund, CUT
            if len(typed) >= 4:
                return fund, SLIP
        if fund := self._sounds.get(_sound(typed)):
            return fund, VARIANT
        if fund := self._without_vowels(typed):
            return fund, VARIANT
        return self._slip(typed)

    def _slip(self, typed: str) -> tuple[str, str] | None:
        if len(typed) < 4:
            return None
        swapped = {f for w, f in self.lexicon.fund_words.items() if self._swapped(typed, w)}
        if len(swapped) == 1:
            return swapped.pop(), SLIP
        near = {
            fund
            for word, fund in self.lexicon.fund_words.items()
            if len(word) >= 5 and OSA.distance(typed, word, score_cutoff=1) <= 1
        }
        # a word as near to one that means no fund (a name, a thanksgiving) is no slip of a fund word
        barred = any(OSA.distance(typed, word, score_cutoff=1) <= 1 for word in self.lexicon.fund_excludes)
        return (near.pop(), SLIP) if len(near) == 1 and not barred else None

    def _without_vowels(self, typed: str) -> str | None:
        """The fund of a spelling whose vowels were dropped, as in short messages: `ZAKT`."""
        bare = _VOWELS.sub("", typed)
        if len(typed) < 4 or len(bare) < 3:
            return None
        meant = {
            fund
            for word, fund in self.lexicon.fund_words.items()
            if len(word) > len(typed) and _VOWELS.sub("", word) == bare and _drops_from(typed, word)
        }
        return meant.pop() if len(meant) == 1 else None

    @staticmethod
    def _swapped(typed: str, word: str) -> bool:
        return len(word) >= 5 and sorted(typed) == sorted(word) and OSA.distance(typed, word, score_cutoff=1) <= 1

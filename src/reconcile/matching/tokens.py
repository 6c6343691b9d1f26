"""A payer's text to words: digits and letters apart, run-together words split, those with a blank too many joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reconcile.matching.lexicon import Lexicon
from reconcile.matching.names import may_be_given, may_be_surname
from reconcile.matching.narrative import Narrative
from reconcile.matching.roles import has_role
from reconcile.matching.words import MONTHS, PLAIN, SHORTEST_PIECE, beginnings_of, chunks, is_ordinary, runs

_TYPED_O = re.compile(r"(?<=[0-9])O(?=[0-9])")
LONGEST_CODE = 12
LONGEST_GLUED = 60

_NONE = frozenset[int]()


@dataclass(slots=True)
class Tokens:
    """The words of texts, told by what the register knows; each word is looked at once."""

    lexicon: Lexicon
    code_starts: frozenset[str] = frozenset()
    _parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _pieces: frozenset[str] = frozenset()
    _named: frozenset[str] = frozenset()
    _joinable: frozenset[str] = frozenset()
    _begin_joinable: frozenset[str] = frozenset()
    _begin_funds: frozenset[str] = frozenset()
    _memory: dict[str, bool] = field(default_factory=dict)
    _splits: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lexicon = self.lexicon
        self.code_starts = frozenset(runs(code)[0] for code in [*lexicon.codes, *lexicon.code_slips])
        single_funds = {w for w in lexicon.fund_spelt if w.isalpha()}
        words = (
            set(lexicon.letter_codes) | set(lexicon.campaigns_of) | single_funds | set(PLAIN) | set(lexicon.translated)
        )
        self._named = frozenset([*lexicon.codes, *lexicon.campaigns_of, *lexicon.fund_spelt])
        self._joinable = self._named.union(lexicon.glued)
        self._begin_joinable = beginnings_of(self._joinable, 1)
        self._begin_funds = beginnings_of(single_funds - lexicon.fund_glued.keys(), SHORTEST_PIECE)
        self._pieces = frozenset(w for w in words if len(w) >= SHORTEST_PIECE)

    def of(self, narrative: Narrative) -> tuple[list[str], frozenset[int]]:
        """The words and numbers of the payer's text, run-together ones split; and which tokens were split off."""
        known, parts = self._parts, list[str]()
        for word in narrative.payer.split():
            parts.extend(known.get(word) or self._parts_of(word))
        if narrative.place and not any(map(self._names_a_campaign, [*parts, *chunks(narrative.payer)])):
            # a place that is exactly a code or a word of the register is no place where nothing else is named
            parts = [p for c in chunks(narrative.place) for p in runs(c) if p in self._named] + parts
        parts = self._joined(parts)
        tokens: list[str] = []
        glued = _NONE
        for at, part in enumerate(parts):
            split = self._splits.get(part) or self._split(part)
            if len(split) == 1 and at + 1 < len(parts) and parts[at + 1].isdigit():
                split = self._before_figures(part, parts[at + 1])
            if len(split) > 1:
                glued = glued.union(range(len(tokens), len(tokens) + len(split)))
            tokens.extend(split)
        return tokens, glued

    def _parts_of(self, word: str) -> tuple[str, ...]:
        """The letters and figures of a word between blanks; a code with dots or dashes inside is one chunk: `A.B.C`."""
        found = chunks(_TYPED_O.sub("0", word))  # 2O25 is a number
        if len(found) > 1 and "".join(found) in self.lexicon.codes:
            found = ["".join(found)]
        self._parts[word] = tuple(run for chunk in found for run in self._code_with_figures_and_fund(chunk))
        return self._parts[word]

    def _code_with_figures_and_fund(self, chunk: str) -> list[str]:
        """Letters and figures apart; a fund behind a code that ends in a letter is one: `W4LZAKAT`."""
        if not chunk.isalpha():
            for end in range(len(chunk) - SHORTEST_PIECE, 1, -1):
                if chunk[end:] in self.lexicon.fund_spelt and chunk[:end] in self.lexicon.codes:
                    return [*runs(chunk[:end]), chunk[end:]]
        return runs(chunk)

    def _names_a_campaign(self, word: str) -> bool:
        return word in self.lexicon.codes or word in self.lexicon.campaigns_of

    def _known(self, word: str) -> bool:
        known = self._memory.get(word)
        if known is None:
            known = self._memory[word] = self._has_a_meaning(word)
        return known

    def _has_a_meaning(self, word: str) -> bool:
        if any(word.removesuffix(ending) in self.lexicon.campaigns_of for ending in "ES"):
            return True
        return (
            word in self._named
            or word in PLAIN
            or word in self.lexicon.fund_excludes
            or word in self.lexicon.translated
        )

    def is_known(self, token: str) -> bool:
        """Whether a word has a meaning of its own: of a code or nearly one, of the register, or beside gifts."""
        lexicon = self.lexicon
        code = token in lexicon.code_slips or token in lexicon.code_stems or token in self.code_starts
        return code or has_role(token) or self._known(token)

    def _joined(self, parts: list[str]) -> list[str]:
        """Neighbours that are one known word or a name with its blanks elsewhere: `ID LIB`, `I D B`, `JBAY FARM`."""
        if not self._may_join(parts):
            return parts
        joined: list[str] = []
        at = 0
        while at < len(parts):
            length = 1
            for end in range(min(at + 3, len(parts)), at + 1, -1) if parts[at] in self._begin_joinable else ():
                word = "".join(parts[at:end])
                if word in self._joinable and self._joins(word, parts[at:end], parts[end : end + 1]):
                    length = end - at
                    break
            joined.append("".join(parts[at : at + length]))
            at += length
        return joined

    def _may_join(self, parts: list[str]) -> bool:
        begin, named, last = self._begin_joinable, self._joinable, len(parts) - 1
        for at in range(last):
            if parts[at] in begin:
                two = parts[at] + parts[at + 1]
                if two in named or (at + 1 < last and two + parts[at + 2] in named):
                    return True
        return False

    def _joins(self, word: str, piece: list[str], then: list[str]) -> bool:
        length = len(piece)
        if length == len(word) == 2 and then and then[0].isalpha() and not self._known(then[0]):
            return False  # two initials and a surname
        if then and then[0].isdigit() and piece[-1] + then[0] in self.lexicon.codes:
            return False  # a code of letters and digits
        if not word.isalpha() or all(map(self._known, piece)) or any(p in self.lexicon.fund_words for p in piece):
            return False
        return word in self.lexicon.codes if len(word) == length else len(word) >= 5 and word not in self.lexicon.codes

    def _split(self, word: str) -> tuple[str, ...]:
        """The known words that a run-together one is made of; the word itself if it is not wholly so; remembered."""
        pieces: tuple[str, ...] = (word,)
        if 2 * SHORTEST_PIECE <= len(word) <= LONGEST_GLUED and word.isalpha() and not self._is_one(word):
            pieces = self._fewest(word) or self._code_and_fund(word) or self._begins_a_fund(word) or pieces
        self._splits[word] = pieces if self._says_more_than_a_code(pieces) else (word,)
        return self._splits[word]

    def _is_one(self, word: str) -> bool:
        return self._known(word) or may_be_given(word) or may_be_surname(word)

    def _fewest(self, word: str) -> tuple[str, ...] | None:
        """The fewest known words that a run-together one is wholly made of."""
        best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
        for end in range(SHORTEST_PIECE, len(word) + 1):
            for start in range(end - SHORTEST_PIECE + 1):
                before = best[start]
                if before is None or word[start:end] not in self._pieces:
                    continue
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, word[start:end])
        return best[len(word)]

    def _before_figures(self, word: str, figures: str) -> tuple[str, ...]:
        """A fund and the letters of a code, run together before the figures of the code: `ZAKATROOF25`."""
        for at in range(SHORTEST_PIECE, len(word) - 1):
            if word[:at] in self.lexicon.fund_words and word[at:] + figures in self.lexicon.codes:
                return word[:at], word[at:]
        return (word,)

    def _begins_a_fund(self, word: str) -> tuple[str, ...] | None:
        """Words of the register and the beginning of a fund's, run together and cut off: `GAZAORPHANSZAKA`."""
        for at in range(len(word) - SHORTEST_PIECE, 2 * SHORTEST_PIECE - 1, -1):
            if word[at:] in self._begin_funds and (pieces := self._named_pieces(word[:at])):
                return *pieces, word[at:]
        return None

    def _named_pieces(self, word: str) -> tuple[str, ...]:
        """The words of names that a run-together one is wholly made of; none where any other is among them."""
        pieces = self._fewest(word) or ()
        return pieces if all(piece in self.lexicon.campaigns_of for piece in pieces) else ()

    def _says_more_than_a_code(self, pieces: tuple[str, ...]) -> bool:
        """Whether a run-together word holds more than codes and plain words: BURDON and VETPET are rather not known."""
        lexicon = self.lexicon
        more = (
            piece in lexicon.fund_words or piece in lexicon.campaigns_of or piece in lexicon.translated
            for piece in pieces
        )
        if len(pieces) == 2 and pieces[0] in lexicon.codes and pieces[1] in MONTHS and len(pieces[1]) > SHORTEST_PIECE:
            return True  # ABCMARCH: no word and no name ends like the name of a month
        return any(more) or not any(piece in lexicon.codes for piece in pieces)

    def _code_and_fund(self, word: str) -> tuple[str, ...] | None:
        """A code, then a fund, then perhaps a name, run together: `ABCZAKATMOOSA`; a short code only with a fund alone.

        Only from the first letter on: FARIDAZAKAT holds many a code.
        """
        codes, funds = self.lexicon.codes, self.lexicon.fund_words
        if is_ordinary(word):
            return None
        found = {
            (word[:at], word[at:end], word[end:])
            for at in range(2, min(LONGEST_CODE, len(word) - 3))
            if word[:at] in codes
            for end in range(at + 4, len(word) + 1)
            if word[at:end] in funds and (end == len(word) or (at >= SHORTEST_PIECE and len(word) - end >= 3))
        }
        longest = max(found, key=lambda parts: (len(parts[0]), len(parts[1])), default=None)
        one = longest is not None and all(parts[0] == longest[0] for parts in found)
        return tuple(filter(None, longest)) if longest and one else None

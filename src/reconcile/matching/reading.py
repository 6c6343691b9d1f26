"""One payer's text read against the register: its words, what each may stand for, and which campaigns they may name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from reconcile.matching.alignment import Alignment, Places
from reconcile.matching.funds import FundReader, FundWord
from reconcile.matching.lexicon import Lexicon
from reconcile.matching.likeness import CUT, EXACT, SLIP, TRANSLATED, VARIANT, Like
from reconcile.matching.narrative import Narrative
from reconcile.matching.roles import has_role, means_itself, role_of
from reconcile.matching.tokens import Tokens
from reconcile.matching.words import PLAIN, SHORTEST_PIECE

LONGEST_CODE_RUNS = 6

SURELY_BEGUN = 5
"""So many letters with which a word of the register begins are no slip of another one."""


class Candidate(NamedTuple):
    """What a rule proposes: a campaign, the words that speak for it, and how strongly; it decides nothing.

    `how` says in what way the words at `positions` name it: `= code`. `sure` proposals can credit a gift; the others
    are shown to a person only. `slip` says the words were not exactly those of the register, `alone` that one common
    word carries it (see `decide`); `fund` is set where the words are a spelling of the fund that the campaign is named
    after, `spelt` the funds that words of the name spell.
    """

    campaign: str
    score: float
    rule: str
    how: str
    positions: frozenset[int]
    sure: bool
    slip: bool = False
    alone: bool = False
    fund: str | None = None
    spelt: frozenset[str] = frozenset()


class Suggestion(NamedTuple):
    """A candidate as a person sees it: the campaign, its score of 100, the rule, and the evidence in words."""

    campaign: str
    score: float
    rule: str
    evidence: str


@dataclass(slots=True)
class Reading:
    """The tokens of one text and what is known of each.

    `fund_begun` is a fund that the last word may stand for, as its beginning or its sound, where none is named,
    and `fund_held` where a word stands that begins or ends with a fund's spelling, and the fund. `likes`
    are the words of the register that a token may stand for, `sounds` per word also those that one with a meaning of
    its own (`BELLS`) is only like: enough to suggest a campaign, not to credit it.
    """

    narrative: Narrative
    lexicon: Lexicon
    tokens: list[str]
    funds: list[FundWord] = field(default_factory=list)
    fund_begun: str | None = None
    fund_held: tuple[int, str] | None = None
    likes: list[list[Like]] = field(default_factory=list)
    sounds: Mapping[str, list[Like]] = field(default_factory=dict)
    codes: dict[int, tuple[str, int]] = field(default_factory=dict)
    glued: frozenset[int] = frozenset()
    code_slips: dict[int, tuple[str, int]] = field(default_factory=dict)
    wrong_codes: dict[int, str] = field(default_factory=dict)
    alignments: list[Alignment] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    def evidence(self, candidate: Candidate) -> str:
        """Evidence in words: the typed words, how they were read, and the campaign."""
        typed = " ".join(self.tokens[at] for at in sorted(candidate.positions))
        return f"{typed} {candidate.how} of {candidate.campaign}"

    @property
    def named_exactly(self) -> frozenset[int]:
        """The positions of words that spell a fund as the charity does."""
        return frozenset(at for word in self.funds if word.how == EXACT for at in range(word.start, word.end))

    def role(self, at: int) -> str:
        """What a token is besides naming a campaign: fund, or what `role_of` says."""
        return self.roles[at]


@dataclass(slots=True)
class Reader:
    """Reads texts against one register; built once per run."""

    lexicon: Lexicon
    funds: FundReader
    words: Tokens = field(init=False)
    begin_codes: frozenset[str] = frozenset()
    known_likes: dict[str, list[Like]] = field(default_factory=dict)
    _digit_codes: bool = False
    _longest_code: int = 0
    _memory_of_roles: dict[str, str] = field(default_factory=dict)
    _memory_of_likes: dict[str, list[Like]] = field(default_factory=dict)
    _sorted_words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = Tokens(self.lexicon)
        self._digit_codes = any(not c.isalpha() for c in self.lexicon.codes)
        codes = [*self.lexicon.codes, *self.lexicon.code_slips]
        self.begin_codes = self.words.code_starts.union(codes)
        self._longest_code = max(map(len, codes), default=0)
        self._sorted_words = sorted(self.lexicon.campaigns_of)

    def read(self, narrative: Narrative, tokens: list[str], glued: frozenset[int]) -> Reading:
        """The reading of a text whose tokens were compared with the register (`known_likes`) before."""
        reading = Reading(narrative, self.lexicon, tokens, glued=glued)
        reading.funds = self.funds.find(tokens, narrative.cut)
        if tokens and not reading.funds:
            self._suppose_a_fund(reading)
        known = self._memory_of_roles
        reading.roles = [known.get(token) or self._role(token) for token in tokens]
        for word in reading.funds:
            reading.roles[word.start : word.end] = ["fund"] * (word.end - word.start)
        self._find_codes(reading)
        for at, (_, length) in reading.codes.items():  # a code that is also a word is a code
            if length == 1 and reading.roles[at] not in ("initial", "number", "fund"):
                reading.roles[at] = "unknown"
        if not self.lexicon.code_stems.isdisjoint(tokens):
            reading.wrong_codes = dict(self._wrong_codes(reading))
        reading.sounds = self.known_likes
        reading.likes = list(map(self._likes, tokens))
        for at in reading.wrong_codes:
            reading.likes[at] = []
        for at in reading.named_exactly:  # a fund spelt as the charity spells it is no slip of anything else
            reading.likes[at] = [like for like in reading.likes[at] if like.how in (EXACT, VARIANT, TRANSLATED)]
        if narrative.cut and tokens:
            reading.likes[-1] = self._cut_words(tokens, reading.likes[-1])
        reading.alignments = Places(tokens, reading.roles, narrative.cut).align(self.lexicon, reading.likes)
        return reading

    def _suppose_a_fund(self, reading: Reading) -> None:
        last = reading.tokens[-1]
        if reading.narrative.cut or len(last) == SHORTEST_PIECE:
            reading.fund_begun = self.funds.may_begin(last)
        reading.fund_begun = reading.fund_begun or self.funds.may_sound(last)
        held = ((at, self.funds.held_in(token)) for at, token in enumerate(reading.tokens))
        reading.fund_held = next(((at, fund) for at, fund in held if fund), None)

    def _role(self, token: str) -> str:
        own = token in self.lexicon.campaigns_of and token not in PLAIN and token.isalpha() and len(token) > 2
        role = self._memory_of_roles[token] = "unknown" if own else role_of(token)
        return role

    def _likes(self, token: str) -> list[Like]:
        """The words of the register that a token may stand for; a word known to mean something else is no slip."""
        likes = self._memory_of_likes.get(token)
        if likes is None:
            likes = self.known_likes.get(token, [])
            if token in PLAIN or token in self.lexicon.codes:
                likes = [like for like in likes if like.how in (EXACT, TRANSLATED)]
            elif means_itself(token):
                likes = [like for like in likes if like.how != SLIP]
            elif len(token) >= SURELY_BEGUN and (begun := self.lexicon.begun_by(token)):
                likes = [like for like in likes if like.how != SLIP or like.word in begun]
            self._memory_of_likes[token] = likes
        return likes

    def _find_codes(self, reading: Reading) -> None:
        """Codes and codes with a slip; one with digits is several tokens (`WH`, `01`). Exact goes first, then long."""
        codes, slips = self.lexicon.codes, self.lexicon.code_slips
        of_funds = reading.named_exactly
        for at, token in enumerate(reading.tokens):
            if token not in self.begin_codes:
                continue
            words = self.runs_at(reading.tokens, at)
            exact = next(((word, length) for word, length in words if word in codes), None)
            if exact is not None:
                reading.codes[at] = (codes[exact[0]], exact[1])
                continue
            for word, length in words:
                if word not in slips:
                    continue
                if length > 1 or not (at in of_funds or means_itself(token) or self._numbered(reading, at)):
                    reading.code_slips[at] = (slips[word], length)
                    break

    def runs_at(self, tokens: list[str], at: int) -> list[tuple[str, int]]:
        """What could be a code from a position on: words put together, with how many they are; the longest first."""
        joined = tokens[at]
        found = [(joined, 1)]
        if self._digit_codes and joined in self.words.code_starts:
            for length, token in enumerate(tokens[at + 1 : at + LONGEST_CODE_RUNS], start=2):
                joined += token
                if len(joined) > self._longest_code:
                    break
                found.append((joined, length))
        return found[::-1]

    def _numbered(self, reading: Reading, at: int) -> bool:
        """Whether figures run into a word, where codes have figures: it is a wrong code rather than a slip of one."""
        then = reading.tokens[at + 1] if at + 1 < len(reading.tokens) else ""
        return bool(self.lexicon.code_stems) and then.isdigit() and reading.tokens[at] + then in reading.narrative.payer

    def _wrong_codes(self, reading: Reading) -> Iterator[tuple[int, str]]:
        """Letters of a code before digits that are none of its: what was typed is neither the code nor a plain word."""
        found = [*reading.codes.items(), *reading.code_slips.items()]
        covered = {i for at, (_, length) in found for i in range(at, at + length)}
        known = self.lexicon.campaigns_of
        for at, (token, after) in enumerate(pairwise(reading.tokens)):
            if token in self.lexicon.code_stems and after.isdigit() and at not in covered and after not in known:
                yield at, token + after

    def _cut_words(self, tokens: list[str], likes: list[Like]) -> list[Like]:
        """At a cut end, the beginning of a word is that word rather than a slip of it.

        One that means something itself is so only behind the word that it follows in a name: `EQUIPMENT DR`.
        """
        token = tokens[-1]
        if len(token) < SHORTEST_PIECE - 1 or token in self.lexicon.codes:
            return likes
        begun = self._starting(token)
        if has_role(token):
            before = tokens[-2] if len(tokens) > 1 else ""
            following = {word for _, word in self.lexicon.next_words.get(before, ())}
            begun = (word for word in begun if word in following)
        whole = {like.word for like in likes if like.how in ("exact", "variant")}
        cut = [Like(w, 0.25, CUT) for w in begun if w not in whole]
        taken = {like.word for like in cut}
        return [like for like in likes if like.word not in taken] + cut

    def _starting(self, start: str) -> Iterator[str]:
        at = bisect_left(self._sorted_words, start)
        while at < len(self._sorted_words) and self._sorted_words[at].startswith(start):
            yield self._sorted_words[at]
            at += 1

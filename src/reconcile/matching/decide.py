"""Candidates -> one campaign and one fund, or a person must say, and why.

Campaign and fund are two decisions. A campaign is credited only when the words name exactly one, and nothing beside
them makes that doubtful; the order of candidates never decides.
"""

from __future__ import annotations

from typing import NamedTuple

from reconcile.matching.reading import Candidate, Reading, Suggestion
from reconcile.matching.words import GIVEN_BY, chunks, fold

SEVERAL = "several funds named"

SHOWN_CANDIDATES = 3
"""How many campaigns a person is shown to choose from."""

GAP = 5.0
"""Two readings of the same words whose scores are nearer than this are a tie."""


class Decision(NamedTuple):
    """What is decided of one text: status, campaign, fund, rule, evidence, the best candidates, and a reason."""

    status: str
    campaign: str | None
    fund: str | None
    rule: str
    evidence: str
    candidates: tuple[Suggestion, ...]
    reason: str | None = None


def decide(reading: Reading, proposed: list[Candidate]) -> Decision:
    """The decision for one text from everything the rules proposed."""
    best = _best_of_each(proposed)
    fund, fund_said, fund_doubt = _fund(reading, frozenset())
    sure = _not_payers(reading, _undominated([c for c in proposed if c.sure]))
    campaigns = sorted({c.campaign for c in sure})
    shown = tuple(Suggestion(c.campaign, c.score, c.rule, reading.evidence(c)) for c in best[:SHOWN_CANDIDATES])
    said = "; ".join(filter(None, [*(s.evidence for s in shown), fund_said]))
    if not campaigns:
        return Decision("review", None, fund, best[0].rule if best else "none", said, shown, _why_none(reading, best))
    if len(campaigns) > 1:
        reason = f"two campaigns named: {', '.join(campaigns)}" if len(campaigns) == 2 else "several campaigns named"
        return Decision("review", None, fund, best[0].rule, said, shown, reason)
    winner = max((c for c in sure), key=lambda c: (c.score, len(c.positions), c.how))
    positions = frozenset().union(*(c.positions for c in sure))
    fund, fund_said, fund_doubt = _fund(reading, positions)
    if fund is None and winner.fund and not reading.funds:
        fund, fund_said = winner.fund, f"the name is the fund {winner.fund}"
    doubt = _doubt(reading, winner, positions) or fund_doubt
    evidence = "; ".join(filter(None, [reading.evidence(winner), fund_said]))
    rule = "glued" if winner.positions & reading.glued else winner.rule
    if doubt:
        kept = None if doubt != fund_doubt else winner.campaign
        return Decision("review", kept, fund, rule, evidence, shown, doubt)
    several = f"{SEVERAL}, so unspecified" if fund is None and SEVERAL in fund_said else None
    return Decision("matched", winner.campaign, fund, rule, evidence, shown, several)


def _best_of_each(proposed: list[Candidate]) -> tuple[Candidate, ...]:
    """The strongest candidate of each campaign, best first; several words beat one, ties go by code."""
    best: dict[str, Candidate] = {}
    for candidate in proposed:
        held = best.get(candidate.campaign)
        if held is None or _rank(candidate) > _rank(held):
            best[candidate.campaign] = candidate
    return tuple(sorted(best.values(), key=lambda c: (-c.score - len(c.positions), c.campaign)))


def _rank(candidate: Candidate) -> tuple[bool, float, int, str, list[int]]:
    return candidate.sure, candidate.score, len(candidate.positions), candidate.how, sorted(candidate.positions)


def _undominated(sure: list[Candidate]) -> list[Candidate]:
    """Without those whose words are part of a longer phrase, or read clearly better as another campaign."""
    return [c for c in sure if not any(_dominates(other, c) for other in sure if other.campaign != c.campaign)]


def _dominates(strong: Candidate, weak: Candidate) -> bool:
    if weak.positions < strong.positions:
        return True
    return weak.positions == strong.positions and strong.score >= weak.score + GAP


def _not_payers(reading: Reading, sure: list[Candidate]) -> list[Candidate]:
    """Without single words that read like the payer's name, where an exact code of another campaign stands beside.

    A word that would be credited without that code is a second campaign, whatever it reads like.
    """
    codes = [c for c in sure if c.rule == "code" and not _in_a_name(reading, c.positions)]
    if not codes:
        return sure
    named, taken = {c.campaign for c in codes}, frozenset[int]().union(*(c.positions for c in codes))
    return [
        c
        for c in sure
        if c.campaign in named
        or len(c.positions) > 1
        or not _in_a_name(reading, c.positions)
        or not _doubt_beside(reading, c, c.positions, taken)
    ]


def _in_a_name(reading: Reading, positions: frozenset[int]) -> bool:
    """Whether an initial or a title stands right before a word, or an initial or "Family" right after it."""
    before, after = min(positions) - 1, max(positions) + 1
    named = ("initial", "person")
    if before >= 0 and reading.tokens[before].isalpha() and reading.role(before) in named:
        return True
    return after < len(reading.tokens) and reading.tokens[after].isalpha() and reading.role(after) in named


def _others(reading: Reading, positions: frozenset[int]) -> dict[int, str]:
    return {i: reading.role(i) for i in range(len(reading.tokens)) if i not in positions}


def _doubt(reading: Reading, winner: Candidate, positions: frozenset[int]) -> str | None:
    """What stands beside the winner's words and makes it doubtful that they name the campaign; None if nothing does."""
    return _doubt_beside(reading, winner, positions, frozenset())


def _doubt_beside(
    reading: Reading, winner: Candidate, positions: frozenset[int], without: frozenset[int]
) -> str | None:
    """As `_doubt`, with some of the words thought away."""
    others = _others(reading, positions | without)
    others = {
        i: "own" if role == "unknown" and _is_own(reading, i, winner.campaign) else role for i, role in others.items()
    }
    foreign = [i for i, role in others.items() if role == "unknown" and _names_another(reading, i, winner.campaign)]
    if winner.rule == "code":
        foreign = [i for i in foreign if not _in_a_name(reading, frozenset([i]))]
    if foreign:
        words = " ".join(reading.tokens[i] for i in foreign)
        return f'"{words}" belongs to another campaign'
    counted = "unit" in others.values() and any(reading.role(i) == "fund" for i in positions)
    fund = counted or "fund" in others.values()
    if not fund and any(role == "dealing" for role in others.values()):
        return "reads like a payment for something, not a gift"
    if doubt := _like_a_name(reading, winner, others, fund):
        return doubt
    return _beside_strangers(reading, winner, positions, others, fund)


def _is_own(reading: Reading, at: int, campaign: str) -> bool:
    """Whether a word beside the winner's is another word of the winner's own names."""
    owners = reading.lexicon.campaigns_of
    return any(campaign in owners.get(like.word, ()) for like in reading.likes[at] if like.cost <= 1)


def _names_another(reading: Reading, at: int, campaign: str) -> bool:
    owners, token = reading.lexicon.campaigns_of, reading.tokens[at]
    if any(owners.get(like.word, set()) - {campaign} for like in reading.likes[at] if like.cost <= 1):
        return True
    # WINT beside another campaign's code is no end cut off, and still most of WINTER
    begun = [word for word in reading.lexicon.begun_by(token) if 3 * len(token) >= 2 * len(word)]
    return any(owners[word] - {campaign} for word in begun) and not any(campaign in owners[word] for word in begun)


def _like_a_name(reading: Reading, winner: Candidate, others: dict[int, str], fund: bool) -> str | None:
    """An initial or title right before one common or misspelt word: `G WELLS`, `MR WINTER`."""
    first = min(winner.positions)
    one_word = len(winner.positions) == 1
    titled = others.get(first - 1) in ("initial", "person") and reading.tokens[first - 1].isalpha()
    bare = "unknown" not in others.values() and not fund
    return "reads like a person's name" if one_word and titled and (bare or winner.slip) else None


def _beside_strangers(
    reading: Reading, winner: Candidate, positions: frozenset[int], others: dict[int, str], fund: bool
) -> str | None:
    """Unknown words beside the campaign: a payer's name, or part of what the words really mean."""
    first, last = min(positions), max(positions)
    unknown = [i for i, role in others.items() if role == "unknown"]
    strangers = [i for i in unknown if not _meant_as_code(reading, i, winner)]
    after = [i for i in strangers if i > last]
    touching = any(i + 1 in positions or i - 1 in positions for i in strangers)
    named = [i for i, role in others.items() if role in ("initial", "person") or reading.tokens[i] in GIVEN_BY]
    named_before = any(i < first for i in named) or not any(i < first for i in strangers)
    family = any(i > last and others[i] == "person" for i in named)
    named_after = last + 1 in named or family or not after or _after_a_number(reading, last)
    payer = named_before and named_after
    exact = not winner.slip
    if exact and winner.alone:  # a word that others share: what stands right after it may be part of what is meant
        clear = (payer or (fund and not touching)) and last + 1 not in strangers
    elif exact:
        clear = fund or payer or not after
    else:
        clear = (fund and (payer or not touching)) or (payer and len(winner.positions) > 1)
    return None if clear or not strangers else "other words stand beside the campaign's"


def _meant_as_code(reading: Reading, at: int, winner: Candidate) -> bool:
    """A short word right before a name, of the length and first letter of that campaign's code, is a try at it."""
    token, code = reading.tokens[at], "".join(chunks(fold(winner.campaign)))
    return at + 1 in winner.positions and len(token) == len(code) and token[0] == code[0]


def _after_a_number(reading: Reading, last: int) -> bool:
    """Whether a cell number separates the campaign from what follows."""
    return any(t.isdigit() and len(t) >= 9 for t in reading.tokens[last + 1 : last + 2])


def _fund(reading: Reading, positions: frozenset[int]) -> tuple[str | None, str, str | None]:
    """The fund, what the evidence says of it, and a doubt."""
    live = [f for f in reading.funds if not f.denied]
    denied = [f for f in reading.funds if f.denied]
    strangers = any(reading.role(i) == "unknown" for i in range(len(reading.tokens)) if i not in positions)
    trusted = [f for f in live if f.how != "slip" or not strangers or f.start - 1 in positions or f.end in positions]
    funds = sorted({f.fund for f in trusted})
    words = {f.fund: " ".join(reading.tokens[f.start : f.end]) for f in reversed(trusted)}
    said = "; ".join(
        [f"{words[f]} = {f}" for f in funds] + [f"{' '.join(reading.tokens[f.start : f.end])} denied" for f in denied]
    )
    if len(funds) > 1:
        return None, f"{said}; {SEVERAL}", None
    if not funds and live:
        doubtful = live[0]
        typed = " ".join(reading.tokens[doubtful.start : doubtful.end])
        return None, said, f'"{typed}" is near the fund {doubtful.fund}'
    return (funds[0] if funds else None), said, None


def _why_none(reading: Reading, best: tuple[Candidate, ...]) -> str:
    if best and best[0].rule == "near code":
        typed = "".join(reading.tokens[at] for at in sorted(best[0].positions))
        near = ", ".join(c.campaign for c in best[:3] if c.rule == "near code")
        return f"no code {typed} on the register; near {near}"
    if len([c for c in best if c.score > 50]) > 1:
        return "the words fit several campaigns"
    if best:
        return "only part of a campaign's name"
    if reading.funds:
        return "a fund is named but no campaign"
    return "no campaign named"

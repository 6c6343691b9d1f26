"""Candidates -> one campaign and one fund, or a person must say, and why.

Campaign and fund are two decisions. A campaign is credited only when the words name exactly one, and nothing beside
them makes that doubtful; the order of candidates never decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

from reconcile.matching.doubts import Doubt, doubt, not_payers, of_a_giver
from reconcile.matching.funds import FundWord
from reconcile.matching.names import is_name, may_be_given
from reconcile.matching.people import initial
from reconcile.matching.reading import Candidate, Reading, Suggestion
from reconcile.matching.words import FIRM, GIVEN_BY

SEVERAL = "several funds named"
NEVER_AUTOMATIC = "fund never automatic"

SHOWN_CANDIDATES = 3
"""How many campaigns a person is shown to choose from."""

OF_A_GIVER = 10.0
"""How much further down a candidate stands whose word reads like part of a name, or is one of another's words."""

SHORT_FORM = 3
"""So many letters of a fund's word are a short form of it that donors type on purpose."""

GAP = 5.0
"""Two readings of the same words whose scores are nearer than this are a tie."""


class Decision(NamedTuple):
    """What is decided of one text: status, campaign, fund, rule, evidence, the best candidates, and a reason.

    `case` is what it is measured by (`confidence`): the rule that credits it, or what keeps it from being credited.
    `positions` are those of the words that name the one campaign, where they name one.
    """

    status: str
    campaign: str | None
    fund: str | None
    rule: str
    evidence: str
    candidates: tuple[Suggestion, ...]
    reason: str | None = None
    case: str | None = None
    positions: frozenset[int] = frozenset()


def decide(
    reading: Reading,
    proposed: list[Candidate],
    suggested: Callable[[], Iterable[Candidate]] = tuple,
    overruled: frozenset[str] = frozenset(),
) -> Decision:
    """The decision for one text from what the rules proposed; doubts of an `overruled` case do not count.

    What could only be `suggested` is asked for where a person must say, and stands behind what was proposed.
    """
    decision = _decided(reading, proposed, overruled)
    if decision.status == "matched":
        return decision._replace(candidates=_shown(reading, _best_of_each(reading, proposed)))
    best = _best_of_each(reading, [*proposed, *suggested()])
    shown = _shown(reading, best)
    if decision.rule:
        return decision._replace(candidates=shown)
    why = Doubt(decision.case, decision.reason or "") if decision.case else _why_none(reading, best)
    said = "; ".join(filter(None, [*(s.evidence for s in shown), decision.evidence]))
    rule = best[0].rule if best else "none"
    return decision._replace(rule=rule, evidence=said, candidates=shown, reason=why.reason, case=why.case)


def _shown(reading: Reading, best: tuple[Candidate, ...]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(c.campaign, c.score, c.rule, reading.evidence(c)) for c in best[:SHOWN_CANDIDATES])


def _decided(reading: Reading, proposed: list[Candidate], overruled: frozenset[str]) -> Decision:
    """The decision without its candidates; without rule and evidence too where the words name not exactly one."""
    named = _undominated([c for c in proposed if c.sure])
    sure = not_payers(reading, named)
    campaigns = sorted({c.campaign for c in sure})
    if len(campaigns) != 1:
        why = _several(campaigns) if campaigns else None
        fund, fund_said, _ = _fund(reading)
        return Decision("review", None, fund, "", fund_said, (), why and why.reason, why and why.case)
    winner = max(sure, key=lambda c: (len(c.positions), c.score, c.how)) if len(sure) > 1 else sure[0]
    positions = winner.positions.union(*(c.positions for c in sure))
    spelt = winner.spelt.union(*(c.spelt for c in sure))
    payers = frozenset[int]().union(*(c.positions for c in named if c not in sure)) if len(named) > len(sure) else _NONE
    fund, fund_said, fund_doubt = _fund(reading, winner, positions, spelt, payers)
    if winner.slip and (either := _also_a_fund(reading, winner, spelt)):
        fund_doubt = either
    if fund is None and SEVERAL in fund_said:
        fund_doubt = _of_its_name(reading, sure)
    if fund is None and winner.fund and not reading.funds:
        fund, fund_said = winner.fund, f"the name is the fund {winner.fund}"
    if fund is None and winner.rule == "likeness" and len(winner.spelt) == 1 and not reading.funds:
        fund = next(iter(winner.spelt))
        fund_said = f"the name spells {fund}"
    evidence = "; ".join(filter(None, [reading.evidence(winner), fund_said]))
    rule = "glued" if winner.positions & reading.glued else winner.rule
    beside = doubt(reading, winner, positions)
    if beside and (beside.case not in overruled or fund_doubt):
        return Decision("review", None, fund, rule, evidence, (), beside.reason, beside.case, positions)
    if fund_doubt or fund in reading.lexicon.never_automatic:
        why = fund_doubt or Doubt(NEVER_AUTOMATIC, f"a gift to {fund} is for a person to credit")
        return Decision("review", winner.campaign, fund, rule, evidence, (), why.reason, why.case, positions)
    reasons = [f"credited although {beside.reason}" if beside else ""]
    reasons += [f"{SEVERAL}, so unspecified" if fund is None and SEVERAL in fund_said else ""]
    reason = "; ".join(filter(None, reasons)) or None
    case = beside.case if beside else rule
    return Decision("matched", winner.campaign, fund, rule, evidence, (), reason, case, positions)


_NONE = frozenset[int]()


def _several(campaigns: list[str]) -> Doubt:
    named = f"two campaigns named: {', '.join(campaigns)}" if len(campaigns) == 2 else "several campaigns named"
    return Doubt("several campaigns", named)


def _best_of_each(reading: Reading, proposed: list[Candidate]) -> tuple[Candidate, ...]:
    """The strongest candidate of each campaign, best first; several words beat one, a giver's name comes later."""
    best: dict[str, Candidate] = {}
    for candidate in proposed:
        held = best.get(candidate.campaign)
        if held is None or _rank(candidate) > _rank(held):
            best[candidate.campaign] = candidate
    if len(best) < 2:
        return tuple(best.values())
    ranked = [(_behind(reading, c, best) - c.score - len(c.positions), c.campaign, c) for c in best.values()]
    return tuple(c for *_, c in sorted(ranked))


def _behind(reading: Reading, candidate: Candidate, best: dict[str, Candidate]) -> float:
    """How much further down it stands where it is part of what another takes in, or somebody's name."""
    for other in best.values():
        if candidate.positions < other.positions:
            return OF_A_GIVER
    return OF_A_GIVER if of_a_giver(reading, candidate) else 0.0


def _rank(candidate: Candidate) -> tuple[bool, float, int, str, int]:
    return candidate.sure, candidate.score, len(candidate.positions), candidate.how, -min(candidate.positions)


def _undominated(sure: list[Candidate]) -> list[Candidate]:
    """Without those whose words are part of a longer phrase, or read clearly better as another campaign."""
    if len(sure) < 2:
        return sure
    phrases = [c for c in sure if len(c.positions) > 1]
    return [c for c in sure if not any(_takes_in(other, c, phrases) for other in sure if other.campaign != c.campaign)]


def _takes_in(strong: Candidate, weak: Candidate, phrases: list[Candidate]) -> bool:
    """Whether one reading takes in the words of another; not a code beside which its campaign is named as well."""
    if not _dominates(strong, weak):
        return False
    if weak.rule != "code":
        return True
    as_well = (c for c in phrases if c.campaign == strong.campaign and c.score >= strong.score)
    return not any(not c.positions & weak.positions for c in as_well)


def _dominates(strong: Candidate, weak: Candidate) -> bool:
    if weak.positions < strong.positions:
        return True
    return weak.positions == strong.positions and strong.score >= weak.score + GAP


def _fund(
    reading: Reading,
    winner: Candidate | None = None,
    positions: frozenset[int] = frozenset(),
    spelt: frozenset[str] = frozenset(),
    payers: frozenset[int] = frozenset(),
) -> tuple[str | None, str, Doubt | None]:
    """The fund, what the evidence says of it, and a doubt.

    Words at `positions` name the campaign: they are no slip of a fund's, unless its name spells that fund (`spelt`),
    and no fund's at all within the name of several words of the `winner`: MEMORY of "In Memory" in Memory Box. Words at
    `payers` are somebody's name. A slip of the fund that the winner is named like is no doubt.
    """
    named = winner.positions if winner and winner.rule != "code" and len(winner.positions) > 1 else _NONE
    if not reading.funds:
        if fund := _cut_short(reading, positions):
            return fund, f"{reading.tokens[-1]} = {fund}, cut off", None
        return None, "", _begun(reading, positions)
    of_name = [f for f in reading.funds if f.fund not in spelt and (f.how != "exact" or f.start in named)]
    no_funds = [f for f in of_name if positions >= {*range(f.start, f.end)}]
    no_funds += [f for f in reading.funds if payers >= {*range(f.start, f.end)}]
    live = [f for f in reading.funds if not f.denied and f not in no_funds]
    denied = [f for f in reading.funds if f.denied]
    strangers = any(reading.role(i) == "unknown" for i in range(len(reading.tokens)) if i not in positions)
    of_fund = reading.lexicon.campaign_of_fund
    own = {fund for fund, campaign in of_fund.items() if winner and campaign == winner.campaign}
    trusted = [f for f in live if not _is_somebodys(reading, f, positions)]
    trusted = [
        f
        for f in trusted
        if f.how != "slip" or not strangers or f.start - 1 in positions or f.end in positions or f.fund in own
    ]
    funds = sorted({f.fund for f in trusted})
    words = {f.fund: " ".join(reading.tokens[f.start : f.end]) for f in reversed(trusted)}
    said = "; ".join(
        [f"{words[f]} = {f}" for f in funds] + [f"{' '.join(reading.tokens[f.start : f.end])} denied" for f in denied]
    )
    if not funds and _denied_in_part(denied):
        return None, said, Doubt("fund in doubt", "it does not say which of its funds is denied")
    if len(funds) > 1:
        return None, f"{said}; {SEVERAL}", None
    if not funds and live:
        doubtful = live[0]
        typed = " ".join(reading.tokens[doubtful.start : doubtful.end])
        return None, said, Doubt("fund in doubt", f'"{typed}" is near the fund {doubtful.fund}')
    return (funds[0] if funds else None), said, None


def _denied_in_part(denied: list[FundWord]) -> bool:
    """Whether two funds stand side by side behind a denial that may be of the first alone: `NOT ZAKAT LILLAH`."""
    return any(one.end == two.start and one.fund != two.fund for one, two in pairwise(denied))


def _also_a_fund(reading: Reading, winner: Candidate, spelt: frozenset[str]) -> Doubt | None:
    """A doubt where the word that is nearly the campaign's is as nearly a fund's: IFTRA of Iftar and Fitra."""
    for found in reading.funds:
        if found.how == "slip" and found.fund not in spelt and winner.positions == {*range(found.start, found.end)}:
            typed = " ".join(reading.tokens[found.start : found.end])
            return Doubt("fund in doubt", f'"{typed}" is near the fund {found.fund} as well')
    return None


def _of_its_name(reading: Reading, sure: list[Candidate]) -> Doubt | None:
    """A doubt where one of several funds' words is part of the campaign's own name: WATER TANKERS SADAQAH."""
    names = [c.positions for c in sure if len(c.positions) > 1 and c.rule != "code"]
    for found in reading.funds:
        if any(name > {*range(found.start, found.end)} for name in names):
            typed = " ".join(reading.tokens[found.start : found.end])
            return Doubt("fund in doubt", f'"{typed}" is part of the campaign\'s name, and a word of {found.fund}')
    return None


def _cut_short(reading: Reading, positions: frozenset[int]) -> str | None:
    """The fund of which three letters are left where the bank cut the text, right behind the campaign's words."""
    last = len(reading.tokens) - 1
    behind = reading.narrative.cut and last - 1 in positions and last not in positions
    if not behind or len(reading.tokens[last]) != SHORT_FORM:
        return None
    following = reading.lexicon.next_words.get(reading.tokens[last - 1], ())
    goes_on = any(word.startswith(reading.tokens[last]) for _, word in following)  # THEOLOGY STU
    return None if goes_on else reading.fund_begun


def _begun(reading: Reading, positions: frozenset[int]) -> Doubt | None:
    """A doubt where a word holds a fund's, or the cut end is somebody's name or the beginning of one: `ANN`."""
    at, fund = reading.fund_held or (None, "")
    if at is not None and at not in positions:
        return Doubt("fund in doubt", f'"{reading.tokens[at]}" may hold the fund {fund}')
    if reading.fund_begun is None or len(reading.tokens) - 1 in positions:
        return None
    return Doubt("fund in doubt", f'"{reading.tokens[-1]}" may stand for {reading.fund_begun}')


def _is_somebodys(reading: Reading, found: FundWord, positions: frozenset[int]) -> bool:
    """Whether a fund's word that people are also called reads like a name: `ZAK MOOSA`, `FROM GRACE`, `AUNTY LIL`."""
    at, before, after = found.start, found.start - 1, found.end
    if after - at > 1:
        return False
    if not may_be_given(reading.tokens[at]):
        # MATAN S: a word that only begins like a fund's, or is a slip of it, and an initial
        then = reading.tokens[after] if after < len(reading.tokens) and after not in positions else ""
        lettered = len(then) == 1 and reading.role(after) == "initial"
        return at == 0 and found.how in ("slip", "cut") and len(reading.tokens[at]) > SHORT_FORM and lettered
    if len(reading.tokens[at]) == SHORT_FORM and before in reading.codes and FIRM in reading.roles[after:]:
        return False  # ABC ZAK DELTA TYRES: a firm gives, and the letters stand right behind the code
    titled = before >= 0 and (initial(reading, before) or reading.tokens[before] in GIVEN_BY)
    follows = after < len(reading.tokens) and after not in positions and reading.role(after) in ("unknown", "initial")
    if at - 1 in positions and after + 1 < len(reading.tokens) and len(reading.tokens[after]) == 1:
        follows = follows and not (reading.role(after) == "initial" and is_name(reading.tokens[after + 1]))  # J ABDULLA
    return titled or follows


def _why_none(reading: Reading, best: tuple[Candidate, ...]) -> Doubt:
    if best and best[0].rule == "near code":
        typed = "".join(reading.tokens[at] for at in sorted(best[0].positions))
        near = ", ".join(c.campaign for c in best[:3] if c.rule == "near code")
        return Doubt("near code", f"no code {typed} on the register; near {near}")
    if best and best[0].rule == "run on":
        return Doubt("part of a name", "a word runs on from a code or holds a word of a name")
    if len([c for c in best if c.score > 50]) > 1:
        return Doubt("parts of several names", "the words fit several campaigns")
    if best:
        return Doubt("part of a name", "only part of a campaign's name")
    if reading.funds:
        return Doubt("fund alone", "a fund is named but no campaign")
    return Doubt("nothing named", "no campaign named")

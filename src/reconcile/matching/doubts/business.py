"""A payment for something, or to get something back: rent, invoices, refunds, addresses; or a firm's own name."""

from __future__ import annotations

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import DEALING
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.names import may_be_surname
from reconcile.matching.people import firm_after, initial
from reconcile.matching.words import FIRM

ORDERED = frozenset("DEBIT STOP STANDING".split())


def _asks(there: Beside) -> str | None:
    roles = there.others.values()
    if FIRM not in there.reading.roles and "dealing" not in roles:
        return None
    named = firm_after(there.reading, there.positions) and not there.mark
    deals = any(
        role == "dealing" and not _somebodys(there, at) and not _paid_by_order(there, at)
        for at, role in there.others.items()
    )
    if named or deals or (not there.fund and _of_a_firm(there)):
        return "reads like a payment for something, not a gift"
    return None


def _somebodys(there: Beside, at: int) -> bool:
    """Whether a word of business is the surname of somebody whose initial stands before it: `Y LEVY`."""
    titled = at - 1 in there.others and len(there.word(at - 1)) == 1 and initial(there.reading, at - 1)
    return titled and may_be_surname(there.word(at))


def _paid_by_order(there: Beside, at: int) -> bool:
    """Whether a word of business only says how a gift with a code or a fund comes each month: `DEBIT ORDER`."""
    near = (there.word(at - 1), there.word(at)), (there.word(at), there.word(at + 1))
    sure = there.fund or there.winner.rule == "code"
    if there.word(at) == "PAYROLL":
        return sure and there.word(at + 1) in ("GIVING", "DONATION", "GIFT")
    return sure and (there.word(at) in ORDERED or any(one in ORDERED and other == "ORDER" for one, other in near))


def _of_a_firm(there: Beside) -> bool:
    """Whether a firm's words leave open that the campaign's are its name too: `ABC TYRES`, not `CITY TYRES CC ABC`."""
    firm = [at for at, role in there.others.items() if role == FIRM]
    after = any(at > there.last for at, role in there.others.items() if role == "unknown")
    giver = all(at < there.first for at in firm) and not after
    return bool(firm) and not (giver and not there.winner.slip and not there.winner.alone)


DOUBT = DoubtRule(DEALING, "business", _asks)

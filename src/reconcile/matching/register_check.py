"""A register checked against the matcher that will use it: what donors may write and not be credited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused
from reconcile.matching.asking import asker
from reconcile.matching.register_findings import findings, said
from reconcile.schema import Column, Frame

FINDINGS = Frame(
    "findings",
    (
        Column("finding", "text", "what was found"),
        Column("campaigns", "text", "codes of the campaigns concerned"),
        Column("words", "text", "the codes, names, aliases or words concerned"),
        Column("asked", "text", "texts put to the matcher, and what becomes of a gift with that text alone"),
        Column("cost", "text", "what it costs"),
        Column("do", "text", "what to do about it"),
    ),
)


@dataclass(frozen=True, repr=False)
class RegisterReport:
    """What a register makes hard: `findings` has one row for each, all of them texts; `campaigns` counts the register.

    The columns are finding, campaigns, words, asked, cost and do. `asked` and `cost` are the matcher's own answers for
    this register and these funds, as the texts arrive: in capitals and cut at 20 characters.
    """

    campaigns: int
    findings: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {"campaigns": self.campaigns, "findings": self.findings.to_dict("records")}

    def __str__(self) -> str:
        count = len(self.findings)
        lines = [f"{self.campaigns} campaigns, {count} finding{'' if count == 1 else 's'}"]
        for row in self.findings.itertuples():
            lines += ["", f"{row.finding} ({row.campaigns}): {row.words}"]
            lines += [f"  {label}: {getattr(row, label)}" for label in ("asked", "cost", "do")]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.findings.to_html(index=False)


def check_register(campaigns: CampaignRegister, funds: FundVocabulary | None = None) -> RegisterReport:
    """What in the register keeps gifts from being credited, or credits them to another campaign than a donor may mean.

    Every code, name and alias is put to the matcher as the text of a gift, with the bank's words before it and without.
    `funds` defaults to the built-in vocabulary. Raises FrameRefused for what is no register.
    """
    if not isinstance(campaigns, CampaignRegister):
        raise FrameRefused("campaigns is no register", do="Read it with read_campaigns.")
    found = findings(campaigns, asker(campaigns, funds or default_funds()))
    rows = pd.DataFrame([said(finding) for finding in found], columns=FINDINGS.names)
    return RegisterReport(len(campaigns), FINDINGS.check(rows))

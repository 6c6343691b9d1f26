"""What a workbook shows on request, told on its sheet Control so that it can be written again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAMPLE = re.compile(r"\A(random|monetary) ([0-9]{1,9}) with the seed (.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Sampling:
    """An auditor's sample: how many lines, by which seed, drawn at `random` or by `monetary` units."""

    size: int
    seed: str = "1"
    method: str = "random"

    def __str__(self) -> str:
        return f"{self.method} {self.size} with the seed {self.seed}"


@dataclass(frozen=True)
class Options:
    """What is shown on request, each under the name by which `write_workbook` is asked for it.

    `full_account_numbers` in place of their last four digits; a sheet `per_campaign`; `mask` hides what payers typed;
    `sample` adds an auditor's sample.
    """

    full_account_numbers: bool = False
    per_campaign: bool = False
    mask: bool = False
    sample: Sampling | None = None

    def told(self) -> list[tuple[str, str]]:
        """The options that are not the usual ones, each as label and text."""
        rows = [("Account numbers", "in full")] if self.full_account_numbers else []
        rows += [("Sheets", "one per campaign")] if self.per_campaign else []
        rows += [("Payers' words", "hidden")] if self.mask else []
        return rows + ([("Sample", str(self.sample))] if self.sample else [])

    @classmethod
    def of(cls, told: dict[str, str]) -> Options:
        """The options that `told` gave these labels and texts; raises ValueError for a sample that it does not give."""
        sample = None
        if "Sample" in told:
            [(method, size, seed)] = _SAMPLE.findall(told["Sample"])
            sample = Sampling(int(size), seed, method)
        return cls("Account numbers" in told, "Sheets" in told, "Payers' words" in told, sample)


PLAIN = Options()

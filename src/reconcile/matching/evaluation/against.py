"""The ordinary methods, as a careful notebook has them, to measure the decisions against on the same lines.

They know the register, the fund words and the sign of the amount, and read the whole description, the bank's words
left on. Money in alone can be a gift to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process, utils

from reconcile import money
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused, shown
from reconcile.matching.matches import usable
from reconcile.schema import TEXT

LIKE_ENOUGH = 90
"""The score of 100 from which a likeness credits."""

TEXTS_AT_ONCE = 5_000
"""Texts compared with all names in one go, so that the scores of a long history fit into memory."""

Finder = Callable[["pd.Series[Any]", Mapping[str, str]], npt.NDArray[np.object_]]


def exactly(texts: pd.Series[Any], owners: Mapping[str, str]) -> npt.NDArray[np.object_]:
    """The one owner of whose words a text holds any as whole words; empty where there is none, or more than one."""
    padded = " " + texts + " "
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for words, owner in owners.items():
        holds = padded.str.contains(f" {words} ", regex=False).to_numpy(dtype=bool)
        found[owner] = found.get(owner, np.zeros(len(texts), dtype=bool)) | holds
    names = np.array(list(found), dtype=object)
    if not len(names) or not len(texts):
        return np.full(len(texts), "", dtype=object)
    hits = np.column_stack(list(found.values()))
    return np.where(hits.sum(axis=1) == 1, names[hits.argmax(axis=1)], "")


def likest(scorer: Callable[..., float]) -> Finder:
    """A finder of the owner of the words most like a text; of words equally like it the longest win."""

    def find(texts: pd.Series[Any], owners: Mapping[str, str]) -> npt.NDArray[np.object_]:
        words = sorted(owners, key=len, reverse=True)
        names = np.array([owners[w] for w in words], dtype=object)
        found = np.full(len(texts), "", dtype=object)
        for begin in range(0, len(texts) if words else 0, TEXTS_AT_ONCE):
            part = slice(begin, begin + TEXTS_AT_ONCE)
            scores = process.cdist(texts.iloc[part].tolist(), words, scorer=scorer, score_cutoff=LIKE_ENOUGH)
            best = scores.argmax(axis=1)
            found[part] = np.where(scores.max(axis=1) >= LIKE_ENOUGH, names[best], "")
        return found

    return find


METHODS: dict[str, dict[str, Finder]] = {
    "exact": {"whole words": exactly},
    "likeness": {
        "partial_ratio": likest(fuzz.partial_ratio),
        "token_set_ratio": likest(fuzz.token_set_ratio),
        "WRatio": likest(fuzz.WRatio),
    },
}
"""The ordinary methods by the name that asks for them: `exact` is one, `likeness` three scores of RapidFuzz."""


def chosen(names: str | Iterable[str]) -> dict[str, Finder]:
    """The methods that these names ask for, each once; raises FrameRefused for a name that is none."""
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in METHODS:
            what = f'there is no ordinary method "{shown(name, 40)}" to measure against'
            raise FrameRefused(what, do=f"Choose from {', '.join(METHODS)}.")
    return {method: finder for name in dict.fromkeys(wanted) for method, finder in METHODS[name].items()}


def decided(
    labelled: pd.DataFrame, campaigns: CampaignRegister, funds: FundVocabulary, methods: Mapping[str, Finder]
) -> dict[str, pd.DataFrame]:
    """Per method the `campaign` and `fund` of each line, empty for none; the fund by its spellings as whole words."""
    rows = usable(labelled)
    described = rows["description"] + (" " + rows["bank_reference"]).fillna("")
    codes, distinct = pd.factorize(described)
    texts = pd.Series([utils.default_process(t) for t in distinct], dtype=TEXT).str.replace(r"\s+", " ", regex=True)
    money_in = money.cents(rows["amount"]) > 0
    named = _owners((c.code, (c.code, c.name, *c.aliases)) for c in campaigns)
    restricted = exactly(texts, _owners((f.name, f.spellings) for f in funds))
    found = {}
    for method, finder in methods.items():
        campaign = np.where(money_in, finder(texts, named)[codes], "")
        fund = np.where(campaign != "", restricted[codes], "")
        found[method] = pd.DataFrame({"campaign": campaign, "fund": fund}, index=labelled.index, dtype=TEXT)
    return found


def _owners(words: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Whose each word or phrase is, written as the texts are; one with no letter or digit is nobody's."""
    own = {" ".join(utils.default_process(word).split()): owner for owner, many in words for word in many}
    return {word: owner for word, owner in own.items() if word}

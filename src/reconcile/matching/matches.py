"""The `matches` frame: every transaction with what was decided of it, worked out on distinct texts."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused, shown
from reconcile.matching.confidence import confidence
from reconcile.matching.engine import Outcome, Progress, Text, engine
from reconcile.schema import DAY, MATCHES, TEXT
from reconcile.statement import add_ids


def match(
    transactions: pd.DataFrame,
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """One row per transaction, same index, with status, campaign, fund, kind and why: the columns of `schema.MATCHES`.

    `transactions` needs `date`, `amount` and `description`; `amount` may be exact decimals, or strings and floats of at
    most two decimals. `funds` defaults to the built-in vocabulary. `max_wrong` is the share of the credited gifts that
    may be wrong: above 0, the surest doubts no longer send a gift to a person (docs/decisions.md). A gift to an appeal
    that was closed or not yet open keeps its campaign, and `reason` says so. Raises FrameRefused or NotMoney for a
    frame that will not do.
    """
    return decided(transactions, campaigns, funds or default_funds(), max_wrong, progress)[MATCHES.names]


def decided(
    transactions: pd.DataFrame,
    campaigns: CampaignRegister,
    funds: FundVocabulary,
    max_wrong: float = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What `match` returns, and a column `case`: what each decision is measured by."""
    if not isinstance(campaigns, CampaignRegister):
        raise FrameRefused("campaigns is no register", do="Read it with read_campaigns, or pass it a frame.")
    rows = usable(transactions)
    codes, texts = distinct(rows)
    with no_search_for_cycles():
        answers, of_text = frame_of(engine(campaigns, funds, max_wrong).outcomes(texts, progress))
    matches = answers.iloc[of_text[codes]].set_axis(transactions.index)
    matches["reason"] = _flag_closed(matches, rows, campaigns)
    matches.insert(0, "transaction_id", rows["transaction_id"])
    MATCHES.check(matches[MATCHES.names])
    return matches


def match_words(
    words: pd.Series[Any],
    days: pd.Series[Any],
    campaigns: CampaignRegister,
    funds: FundVocabulary,
    max_wrong: float = 0,
) -> pd.DataFrame:
    """For each gift of which only its giver's own words and its day are known what `match` would say of it.

    Columns of `schema.MATCHES` but the id, index of `words`; missing words are none. Nothing in them is taken for the
    bank's, and nothing for cut off.
    """
    codes, known = pd.factorize(words.fillna(""))
    answers, of_text = frame_of(engine(campaigns, funds, max_wrong).of_words(known.tolist()))
    matches = answers.iloc[of_text[codes]].set_axis(words.index)
    matches["reason"] = _flag_closed(matches, pd.DataFrame({"date": days}), campaigns)
    return matches[[name for name in MATCHES.names if name in matches]]


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Many small tuples are made and kept a while: searching them for cycles would cost a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def usable(transactions: pd.DataFrame) -> pd.DataFrame:
    """The columns that matching needs in their types, with ids where the frame has none."""
    if not isinstance(transactions, pd.DataFrame):
        raise FrameRefused("transactions is no frame", do="Pass statement.transactions.")
    lacking = [c for c in ("date", "amount", "description") if c not in transactions.columns]
    if lacking:
        raise FrameRefused(
            f"transactions lack the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}",
            do="match needs date, amount and description.",
        )
    amount = money.exact(transactions["amount"])
    date = _days(transactions["date"])
    rows = pd.DataFrame(
        {
            "date": date,
            "amount": amount,
            "description": _text(transactions, "description").fillna(""),
            "bank_reference": _text(transactions, "bank_reference"),
            "account": _text(transactions, "account").fillna(""),
            "transaction_id": _text(transactions, "transaction_id"),
        }
    )
    if rows["transaction_id"].isna().all():
        return add_ids(rows)
    if rows["transaction_id"].isna().any():
        raise FrameRefused("transactions: a transaction_id is missing", do="Give every row one, or none.")
    return rows


def _days(dates: pd.Series[Any]) -> pd.Series[Any]:
    """The days at midnight; texts only as 2018-09-03 or 2018/09/03, since 03/09/2018 would be a guess."""
    if pd.api.types.is_string_dtype(dates.dtype) or dates.dtype == object:
        texts = dates.astype("str").str.slice(0, 10).str.replace("/", "-")
        days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    elif pd.api.types.is_datetime64_any_dtype(dates.dtype):
        days = dates.dt.tz_localize(None)
    else:
        days = pd.Series(pd.NaT, index=dates.index, dtype=DAY)
    if days.isna().any():
        bad = dates[days.isna()].iloc[0]
        raise FrameRefused(f'transactions: the date "{shown(bad, 30)}" is no day', do="Write days as 2018-09-03.")
    return days.dt.normalize().astype(DAY)


def _text(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype=TEXT)
    try:
        return frame[column].astype(TEXT)
    except UnicodeEncodeError as fault:
        raise FrameRefused(f"transactions: {column} holds half a character", do="Read the file anew.") from fault


def distinct(rows: pd.DataFrame) -> tuple[npt.NDArray[np.intp], list[Text]]:
    """For each row the number of its text, and the distinct texts: description, reference and sign."""
    sign = np.sign(money.cents(rows["amount"]))
    reference = rows["bank_reference"]
    with_reference = bool(reference.notna().any())
    # texts of pandas: of an array of NumPy's nothing behind a NUL is taken
    signs = pd.Series(["\x000", "\x00+", "\x00-"], dtype=TEXT).take(sign.astype(np.int64) % 3)
    key = rows["description"] + signs.set_axis(rows.index)
    if with_reference:
        key = key + reference.fillna("")
    codes, _ = pd.factorize(key)
    first = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    described = rows["description"].iloc[first].to_numpy(dtype=object)
    referred = reference.iloc[first].to_numpy(dtype=object) if with_reference else [None] * len(first)
    texts = [
        Text(d, r if isinstance(r, str) else None, s)
        for d, r, s in zip(described, referred, sign[first].tolist(), strict=True)
    ]
    return codes, texts


def frame_of(outcomes: Sequence[Outcome]) -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    """The decisions as the columns of `schema.MATCHES`, without ids, and `case`; and which row each outcome has.

    Texts of one shape share their decision, and so a row.
    """
    known: dict[tuple[str, int], int] = {}
    numbers = [known.setdefault((outcome.kind, id(outcome.decision)), len(known)) for outcome in outcomes]
    first = dict(zip(reversed(numbers), reversed(outcomes), strict=True))
    rows = [_row(first[number]) for number in range(len(known))]
    columns = [*(c for c in MATCHES.names if c != "transaction_id"), "case"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype({c: ("float64" if c == "confidence" else TEXT) for c in columns})
    return frame, np.array(numbers, dtype=np.intp)


def _row(outcome: Outcome) -> tuple[object, ...]:
    kind, decision = outcome
    shown = "; ".join(f"{c.campaign} {c.score:.0f}" for c in decision.candidates)
    return (
        decision.status,
        decision.campaign,
        decision.fund,
        kind,
        confidence(decision.case),
        decision.rule,
        decision.evidence or None,
        shown or None,
        decision.reason,
        decision.case,
    )


def _flag_closed(matches: pd.DataFrame, rows: pd.DataFrame, campaigns: CampaignRegister) -> pd.Series[Any]:
    """The reasons, with a flag on gifts that name an appeal closed or not yet open on their day."""
    if not any(c.opens or c.closes for c in campaigns.campaigns):
        return matches["reason"]
    named = matches["campaign"]
    closes = pd.to_datetime(named.map({c.code: c.closes for c in campaigns.campaigns if c.closes}))
    opens = pd.to_datetime(named.map({c.code: c.opens for c in campaigns.campaigns if c.opens}))
    flag = pd.Series("", index=matches.index, dtype=TEXT)
    flag = flag.mask(rows["date"] > closes, "appeal closed on " + closes.dt.strftime("%Y-%m-%d"))
    flag = flag.mask(rows["date"] < opens, "appeal opens on " + opens.dt.strftime("%Y-%m-%d"))
    both = (matches["reason"] + "; " + flag).where(matches["reason"].notna(), flag)
    return matches["reason"].mask(flag != "", both).astype(TEXT)

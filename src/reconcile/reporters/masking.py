"""Texts for a workbook that is passed on: names, numbers and free words of payers hidden, what ties the figures shown.

Only texts are changed: amounts, days, ids, campaigns and funds stay, so that every total and every tie is the same.
What stays of a text is what is known to be nobody's: the bank's own words in front, the words of the register and of
the funds, and what the library itself wrote. All else is hidden, whatever it may be; nothing is looked up in a list of
names. A word that is both somebody's name and one of the register's stays in a reference, as it cannot be told there
which is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.matching import bank_words
from reconcile.matching.narrative import Narrative, narrate
from reconcile.matching.words import MONTHS, chunks, fold, runs, squashed, words_of
from reconcile.reporters.celltext import arrow_text, on_distinct
from reconcile.schema import TEXT

MARK = "•••"
"""What stands for one or more hidden words."""

LONG_NUMBER = 5
"""So many digits, and more, are hidden where the bank or the library wrote them too: they may be of an account."""

MOST_RUNS = 6
"""What is made of more runs of letters and figures than this is not put together."""

_RUN = r"[0-9]+|[^\W0-9_]+(?:['\u2018\u2019`][^\W0-9_]+)*"
_RUNS = re.compile(_RUN)
_NOT_PLAIN = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"  # all but the marks and blanks of ASCII
_HIDDEN = re.compile(f"{_NOT_PLAIN}(?:.*{_NOT_PLAIN})?", re.S)
_BLANKS = re.compile(r"\s+")

Span = tuple[int, int]
"""Where a piece of a text begins and ends."""


def kept_words(campaigns: CampaignRegister, funds: FundVocabulary | None) -> frozenset[str]:
    """The words that may be shown, folded: of the codes, names and aliases, and of the funds and their spellings.

    Figures only together with the word that they stand behind, or before where they come first (`ROOF25` of the name
    Roof 25, not each 25 that is somebody's), unless they are all there is. Single letters are somebody's initials as
    easily, and are no words here unless they are a whole code. `funds` are the built-in ones where None are given.
    """
    texts = [text for c in campaigns for text in (c.code, c.name, *c.aliases)]
    texts += [text for f in funds or default_funds() for text in (f.name, *f.spellings)]
    return frozenset([*(word for text in texts for word in _words_kept(text)), *(squashed(c.code) for c in campaigns)])


def _words_kept(text: str) -> Iterator[str]:
    parts = [run for chunk in words_of(text) for run in runs(chunk)]
    yield from (part for part in parts if part.isalpha() and len(part) > 1)
    if len(parts) <= MOST_RUNS:
        joined = "".join(parts)
        yield from [joined] if len(joined) > 1 else []
    for at, part in enumerate(parts):
        if not part.isalpha() and len(parts) > 1:
            yield parts[at - 1] + part if at else part + parts[1]


def mask_texts(texts: pd.Series[Any], keep: frozenset[str], *, payers_own: bool = False) -> pd.Series[Any]:
    """The texts with `MARK` for each word that is not to be kept, and for words side by side; missing stay missing.

    `texts` are descriptions as the bank printed them: the words that `narrate` takes for the channel, another bank and
    a gateway stay, and lines of nothing but fees and bank interest, less numbers of five digits or more. Places, trace
    numbers and all that a payer typed go, save what is in `keep` (from `kept_words`), whatever the case. Words run
    together are one word. Blanks beside a mark become one, as their number would tell how much is hidden.

    With `payers_own` nothing is taken for the bank's: for payers' references, rows set aside and reasons people gave.
    """
    return _on_distinct(texts, keep, _payers if payers_own else _description)


def mask_findings(texts: pd.Series[Any], keep: frozenset[str]) -> pd.Series[Any]:
    """The evidence, reasons or candidates of `schema.MATCHES` without payers' words; missing stay missing.

    There a payer's words stand in capitals, as the matcher reads them, with quotes around them or without (`ROOFF ~
    code, with a slip, of ROOF25`): capitals and figures stay only where they are in `keep`. The library's own words are
    in small letters and stay, with its dates, scores and counts. The text of another export is masked as a description,
    and of a decision the reason given; who decided is shown.
    """
    return _on_distinct(texts, keep, _finding)


def mask_quoted(texts: pd.Series[Any], keep: frozenset[str]) -> pd.Series[Any]:
    """What the library says of rows, files and exports without what it quotes; missing stay missing.

    For reasons of rows set aside, of conflicts and of gaps, and for warnings. All from the first quote to the last is
    hidden, since what is quoted may hold quotes itself, save words in `keep`; outside of quotes numbers of five digits
    or more that are no line and no count of rows.
    """
    return _on_distinct(texts, keep, _said)


def _on_distinct(
    texts: pd.Series[Any], keep: frozenset[str], change: Callable[[str, frozenset[str]], str]
) -> pd.Series[Any]:
    words = frozenset(map(squashed, keep)) - {""}

    def changed(known: pa.Array) -> pa.Array:
        return pa.array([change(text, words) for text in known.to_pylist()], type=known.type)

    masked = on_distinct(arrow_text(texts), changed)
    return pd.Series(pd.array(masked, dtype=TEXT), index=texts.index, name=texts.name)


def _masked(text: str, shown: Iterable[Span]) -> str:
    """The text with a mark for what lies between the pieces shown, but for marks and blanks at its ends."""
    pieces, at = list[str](), 0
    for start, end in [*shown, (len(text), len(text))]:
        hidden, number = _HIDDEN.subn(MARK, text[at:start], count=1)
        pieces += [_BLANKS.sub(" ", hidden) if number else hidden, text[start:end]]
        at = end
    return "".join(pieces)


def _shown(text: str, keep: frozenset[str], start: int, end: int) -> Iterator[Span]:
    """Where the words to keep stand: runs of letters or figures, alone or together."""
    found = [(m.span(), squashed(m[0])) for m in _RUNS.finditer(text, start, end)]
    at = 0
    while at < len(found):
        most = min(MOST_RUNS, len(found) - at)
        length = next((n for n in range(most, 0, -1) if _is_kept(text, found[at : at + n], keep)), 0)
        if length:
            yield found[at][0][0], found[at + length - 1][0][1]
        at += length or 1


def _is_kept(text: str, parts: list[tuple[Span, str]], keep: frozenset[str]) -> bool:
    """Whether runs are one of the words: letters only where no blank is between them, as `A B C` may be initials."""
    if "".join(word for _, word in parts) not in keep:
        return False
    between = "".join(text[end:start] for ((_, end), _), ((start, _), _) in pairwise(parts))
    spaced = bool(_BLANKS.search(between)) and not any(word.isdigit() for _, word in parts)
    return not spaced and not _HIDDEN.search(between)


def _composed(text: str) -> str:
    """The text with letters and their accents as one character each, so that they are one word."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _payers(text: str, keep: frozenset[str]) -> str:
    text = _composed(text)
    return _masked(text, _shown(text, keep, 0, len(text)))


def _description(text: str, keep: frozenset[str]) -> str:
    text = _composed(text)
    told = narrate(text)
    if told.kind in ("fee", "bank_interest"):
        return _fee(text, keep)
    end, payer = _places(text, told)
    bank = _bank_words(gateway=told.kind == "settlement", reversal=told.reversal)
    parts = ((0, end, bank | keep), (end, payer, keep), (payer, len(text), keep))
    return _masked(text, (span for start, until, words in parts for span in _shown(text, words, start, until)))


def _fee(text: str, keep: frozenset[str]) -> str:
    """A line that begins as fees and bank interest do; one with other words too may be a payer's: `#NAIDOO 4711`."""
    words = _OF_FEES | MONTHS | _bank_words(gateway=True, reversal=True)
    typed = [(run.span(), squashed(run[0])) for run in _RUNS.finditer(text)]
    own = [span for span, word in typed if word in words]
    if all(word in words or word.isdigit() for _, word in typed):
        own += [span for span, word in typed if word.isdigit() and len(word) < LONG_NUMBER]
    return _masked(text, _united([*own, *_shown(text, keep, 0, len(text))]))


_OF_FEES = frozenset(
    """ACC ACCOUNT ADDED ADJ ADJUSTMENT ADT ATTEMPT BAL BALANCE BANK BANKING BIS BULK BUS CAPITALISED CAPITALIZED CARD
    CASH CHARGE CHARGES COIN COLLECT COMM COMMISSION COPY CR CREDIT DEBIT DEP DEPOSIT DR EARNED EDO EFT ELECTRONIC
    EXCESS FEE FEES FOREX GENERAL HANDLING INSTANT INT INTEREST INTERNET INW INWARD ITEM ITEMS MONTHLY NOTIFICATION OF
    ON ORDER PAID PAYMENT PAYMENTS PAYSHAP PMT PYMT RATE RENTAL REPLACEMENT RETURN REV RTC SCHEDULED SERV SERVICE SMS
    SPEEDPOINT STATEMENT STMT SWIFT TELLER TIERING TRANSACTION UNPAID VALUE""".split()
)
"""The words of the bank's fees and interest."""


def _places(text: str, told: Narrative) -> tuple[int, int]:
    """Where the bank's own words end, and where the payer's begin: between them may stand a machine's place."""
    folded = fold(text)
    payer = _payer_begins(folded.rstrip(), told.payer)
    front = folded[:payer].rstrip()
    end = len(front.removesuffix(told.place))
    if told.kind == "settlement":
        for run in _RUNS.finditer(folded, payer):
            if run[0] not in _bank_words(gateway=True, reversal=False):
                break
            end = payer = run.end()
    return (end, payer) if text.isascii() else (_place_in(text, end), _place_in(text, payer))


def _payer_begins(folded: str, payer: str) -> int:
    """Where the payer's words begin; they end the text unless the bank printed a number or a reversal among them."""
    if folded.endswith(payer):
        return len(folded) - len(payer)
    first = re.search(rf"(?<!\w){re.escape(payer.split(maxsplit=1)[0])}(?!\w)", folded)
    return first.start() if first else 0


def _place_in(text: str, folded: int) -> int:
    """The place in a text that a place in it folded is; folding makes more or fewer characters of some."""
    length = 0
    for at, character in enumerate(text):
        if length >= folded:
            return at
        length += len(fold(character))
    return len(text)


@cache
def _bank_words(*, gateway: bool, reversal: bool) -> frozenset[str]:
    """The words that the bank prints in front of a payer's, one by one: what else stands there is a number."""
    prefixes = bank_words.FROM_FNB | bank_words.TRANSFER_FROM | bank_words.FROM_OTHER_BANKS | bank_words.CASH
    phrases = [chunks(text) for text in (*prefixes, *bank_words.BANKS, *(bank_words.GATEWAYS if gateway else ()))]
    # blanks between them may be lost
    runs_of = ((words, at, end) for words in phrases for at in range(len(words)) for end in range(at, len(words)))
    joined = ("".join(words[at : end + 1]) for words, at, end in runs_of)
    return frozenset(joined) | (_OF_REVERSALS if reversal else frozenset())


_OF_REVERSALS = frozenset(
    """REVERSED REVERSAL RTN RETURN RETURNED UNPAID EFT DEBIT PAYMENT ITEM MAGTAPE CREDIT R D DISHONOURED
    DISHONORED""".split()
)
"""The words of `bank_words.REVERSAL`."""

_OTHER_EXPORT = 'two exports word it differently: "'
_DECIDED = re.compile(r"(decided by .*? on [0-9]{4}-[0-9]{2}-[0-9]{2}(?:: )?)(.*)", re.S)
_SCORES = re.compile(r'[^";=~]+ [0-9]{1,3}(?:; [^";=~]+ [0-9]{1,3})*')
_SCORE = re.compile(r"(?<= )[0-9]{1,3}(?=;|$)")
_OWN = re.compile(
    r"(?:appeal (?:closed|opens) on|late for|counts for|last on) [0-9]{4}-[0-9]{2}(?:-[0-9]{2})?"
    r"|(?<=\()[0-9]+×|split over [0-9]+|\b[0-9]+ days? earlier|one of [0-9]+ such payments|\b[a-z]+\b(?:'s\b)?"
)
"""The library's own words, which are in small letters, and the figures that stand between them."""


def _finding(text: str, keep: frozenset[str]) -> str:
    if decided := _DECIDED.fullmatch(text):
        return decided[1] + _payers(decided[2], keep)
    said, *others = _composed(text).split(_OTHER_EXPORT)
    own = [*_OWN.finditer(said), *(_SCORE.finditer(said) if _SCORES.fullmatch(said) else ())]
    masked = _masked(said, _united([*(found.span() for found in own), *_shown(said, keep, 0, len(said))]))
    return "".join([masked, *(_OTHER_EXPORT + _description(other, keep) for other in others)])


def _united(pieces: list[Span]) -> list[Span]:
    """The pieces in order, those that overlap as one."""
    united: list[Span] = []
    for start, end in sorted(pieces):
        if united and start < united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


_QUOTE, _UNQUOTE = re.compile(r"\"|(?<!\w)'"), re.compile(r"\"|'(?!\w)")
_FIGURES = re.compile(rf"(\blines? [0-9]+(?:, [0-9]+)*|\b[0-9]+ rows?\b)|[0-9]{{{LONG_NUMBER},}}")
_NO_CURRENCY = re.compile(r"(?<=the amount is in )(?![A-Z]{3}(?:;|$))[^;]+")
"""What a row of an OFX file says its currency is, where it is no three letters: a payer may have typed it."""


def _said(text: str, keep: frozenset[str]) -> str:
    first = _QUOTE.search(text)
    if first is None:
        return _unquoted(_NO_CURRENCY.sub(MARK, text))
    *_, end = (len(text), *(m.start() for m in _UNQUOTE.finditer(text, first.end())))
    return _unquoted(text[: first.end()]) + _payers(text[first.end() : end], keep) + _unquoted(text[end:])


def _unquoted(text: str) -> str:
    return _FIGURES.sub(lambda found: found[1] or MARK, text)

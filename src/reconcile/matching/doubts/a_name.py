"""One word that reads like part of a person's name: `G WELLS`, `MR WINTER`, `HOPE NDABA`, a family."""

from __future__ import annotations

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import LIKE_A_NAME
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.names import may_be_given, may_be_surname, only_given
from reconcile.matching.people import FAMILY, OF_SURNAMES, initial, is_spoken, is_word
from reconcile.matching.words import PARTICLES


def _asks(there: Beside) -> str | None:
    if _saint(there) or _remembered(there):
        return "reads like a person's name"
    one_word = len(there.winner.positions) == 1 and is_word(there.reading, there.winner)
    return "reads like a person's name" if one_word and (_half_a_name(there) or _family(there)) else None


def _remembered(there: Beside) -> bool:
    """Whether what names the campaign stands where the name of a dead person does: `IN MEMORY OF P HARBOUR`."""
    before = there.first - 1
    while before >= 0 and (there.word(before) in _OF or initial(there.reading, before)):
        before -= 1
    return there.word(before) in REMEMBERED and there.winner.rule != "code"


REMEMBERED = frozenset("MEMORY MEMORIAM MEM HONOUR HONOR LATE NAGEDAGTENIS GEDAGTENIS HERINNERING EER".split())
"""Words behind which a person is named."""

_OF = frozenset("OF THE VAN AAN MY OUR ONS".split())


def _saint(there: Beside) -> bool:
    """A saint's name that families bear as well, behind an initial, a title or a given name: `M ST JOHN`."""
    if len(there.winner.positions) != 2 or there.word(there.first) not in PARTICLES or there.fund:
        return False
    before = there.first - 1
    surname = may_be_surname(there.word(there.last)) or may_be_given(there.word(there.last))
    given = before in there.others and (initial(there.reading, before) or only_given(there.word(before)))
    return surname and given and there.last == len(there.reading.tokens) - 1


def _half_a_name(there: Beside) -> bool:
    """An initial or title before a word; a name that people bear, beside the other half of it; the end of a surname."""
    reading, at, others = there.reading, there.last, there.others
    word, before = there.word(at), there.word(at - 1)
    titled = at - 1 in others and initial(reading, at - 1)
    bare = "unknown" not in others.values() and not there.fund
    alone = all(i in others and initial(reading, i) for i in range(at))
    first = (
        at > 0 and alone and there.winner.rule != "code"
    )  # N HARBOUR ZAKAT; MARIAM K HARBOUR ZAKAT has a whole name before
    follows = _surname_follows(there)
    if there.winner.slip and at == 0 and _ends_with_an_initial(there):  # BURMAN J
        return True
    if (titled and (bare or there.winner.slip or follows or first)) or before in OF_SURNAMES:
        return True
    if may_be_surname(word) and (may_be_given(before) or (at + 1 in others and len(there.word(at + 1)) == 1)):
        return True
    return may_be_given(word) and (follows or may_be_surname(before) or (titled and at == 1))


def _ends_with_an_initial(there: Beside) -> bool:
    """Whether an initial stands behind the word, and nothing that it could be the initial of."""
    after = there.last + 1
    return after in there.others and initial(there.reading, after) and there.others.get(after + 1) != "unknown"


def _surname_follows(there: Beside) -> bool:
    then = there.last + 1
    then += then in there.others and initial(there.reading, then)
    while then in there.others and there.word(then) in OF_SURNAMES:
        then += 1
    return there.others.get(then) == "unknown" and not only_given(there.word(then))


def _family(there: Beside) -> bool:
    after = there.last + 1
    counted = "number" in there.others.values()  # FAM OF 7
    ends = after in there.others and there.word(after) in FAMILY and there.others.get(after + 1) != "unknown"
    ends = ends and not counted
    return ends and is_spoken(there.word(there.last))


DOUBT = DoubtRule(LIKE_A_NAME, "a name", _asks)

"""Whether one word carries a campaign's name by itself or is only a part that others may mean otherwise."""

from __future__ import annotations

from reconcile.matching.lexicon import Lexicon, Phrase, content_words
from reconcile.matching.words import PLAIN


def stands_alone(phrase: Phrase, lexicon: Lexicon) -> bool:
    """Whether the phrase is one word that is shared with other campaigns or is not all that sets its name apart.

    Such a word ("Hampers", "Wells") is a surname or part of another appeal as easily as this campaign.
    """
    if len(phrase.words) > 1:
        return False
    word = phrase.words[0]
    if len(lexicon.campaigns_of[word]) > 1:
        return True
    name = content_words(lexicon.names[phrase.campaign])
    own = {w for w in name if w not in PLAIN and len(lexicon.campaigns_of[w]) == 1}
    return own != {word} and not any(word.startswith(w) or w.startswith(word) for w in own if len(own) == 1)

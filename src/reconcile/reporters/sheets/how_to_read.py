"""How to read this: for whoever has the workbook alone, how to tie it out, trace a figure, sample it and check it."""

from __future__ import annotations

from reconcile.reporters import style
from reconcile.reporters.book import Book
from reconcile.reporters.contents import Contents
from reconcile.reporters.sections import cells, line, section
from reconcile.reporters.style import Page

NAME = "How to read this"

WIDTHS = (18, *[11] * 9)

TOLD: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Tie it out",
        (
            ("Summary", "For each account, opening balance and movements make the closing balance; difference 0.00."),
            ("Control", "Every sheet has as many lines and the same sum as the files; every difference is 0.00."),
            (
                "Control",
                "The SHA-256 of each file is that of the export you hold; its proofs say what it shows itself.",
            ),
            (
                "Exceptions",
                "Where it is there: rows set aside, gaps and disputes. Nothing was left out without a line.",
            ),
            ("Both sides", "Where it is there: the bank and the books come to one adjusted balance, to the cent."),
        ),
    ),
    (
        "Trace a figure",
        (
            ("Summary", "A figure is a campaign and a fund: filter Transactions by both, and the lines add up to it."),
            ("Transactions", "File and Line lead to the place in the export. Open it in a plain editor."),
            ("Payout gifts", "Of a line with a Payout: the gift's own line in the report. At the bank it is one sum."),
            (
                "Transactions",
                "Rule and Evidence are the words that decided. Status decided: a person did, see Decisions.",
            ),
            (
                "To review",
                "What no rule was sure of. It is in the totals, and is credited to nothing until a person says.",
            ),
        ),
    ),
    (
        "Draw a sample",
        (
            ("Sample", "On request, drawn by a seed that you name: the same lines and the same seed draw it again."),
            ("Sample", "The control total of the population stands above it. Two columns are for your findings."),
        ),
    ),
    (
        "Have it worked out again",
        (
            (
                "Control",
                "Software names what wrote this: ask for that version of reconcile and its page For auditors.",
            ),
            ("reconcile", "verify WORKBOOK --statements FILE… writes it anew from the exports and names what differs."),
            ("reconcile", "verify WORKBOOK --hashes needs the workbook alone: it shows an edit, but not a clever one."),
        ),
    ),
    (
        "What is not promised",
        (
            ("Control", "What no statement can show, and what the rules cannot know, stands there in full."),
            ("Decisions", "Who decided is the name that was typed. It is no signature."),
        ),
    ),
)
"""Of each section its title, and of each line where to look and what is there."""


class _HowToRead:
    order = 80

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet How to read this."""
        sheet = book.sheet(
            NAME, NAME, "for auditors, and for whoever has this workbook alone", Page("1:2", frozen="A3")
        )
        style.widen(sheet, WIDTHS)
        row = 4
        for title, lines in TOLD:
            row = section(book, sheet, row, title, ())
            for where, what in lines:
                row = line(book, sheet, row, cells(((1, 1), (2, 9)), (where, what), (style.PLAIN, style.PLAIN)))
            row += 1


SHEET = _HowToRead()

"""Lines with their right answers: read from a CSV, or taken from a frame."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused, ReconcileError, shown
from reconcile.files import read_documents
from reconcile.matching.matches import usable
from reconcile.schema import TEXT


def answers_of(labelled: pd.DataFrame) -> pd.DataFrame:
    """The right `campaign` and `fund` of each line as text, empty for none, its `kind`, and whether it is `debated`.

    Raises FrameRefused for what is no frame, or has no column of campaigns.
    """
    if not isinstance(labelled, pd.DataFrame) or not {"campaign_code", "campaign"} & set(labelled.columns):
        raise FrameRefused(
            "labelled lines lack the column campaign_code",
            do="They need description, amount, date, campaign_code and fund.",
        )
    campaign = "campaign_code" if "campaign_code" in labelled.columns else "campaign"

    def text(column: str) -> pd.Series[Any]:
        if column not in labelled.columns:
            return pd.Series("", index=labelled.index, dtype=TEXT)
        return labelled[column].astype(TEXT).fillna("").str.strip()

    return pd.DataFrame(
        {
            "campaign": text(campaign),
            "fund": text("fund"),
            "kind": text("kind").replace("", "all"),
            "debated": ~text("debated").str.casefold().isin(["", "false", "no", "0"]),
        }
    )


def places_of(labelled: pd.DataFrame) -> pd.Series[Any]:
    """Where each line stands: its column `line`, else the index."""
    if "line" in labelled.columns:
        return labelled["line"]
    return pd.Series(list(labelled.index), index=labelled.index)


def known_answers(
    answers: pd.DataFrame, places: pd.Series[Any], campaigns: CampaignRegister, funds: FundVocabulary
) -> pd.DataFrame:
    """The answers with codes and funds in the case of the register and the vocabulary.

    Raises FrameRefused for the first answer that they do not have: a slip in an answer would count a right decision as
    wrong.
    """
    known = {"campaign": campaigns.codes, "fund": funds.names}
    owners = {"campaign": "the register", "fund": "the vocabulary of funds"}
    found = answers.copy()
    for column, names in known.items():
        as_written = {"": "", **{name.casefold(): name for name in names}}
        found[column] = answers[column].str.casefold().map(as_written).astype(TEXT)
        unknown = found[column].isna().to_numpy()
        if unknown.any():
            at = int(unknown.argmax())
            raise FrameRefused(
                f'labelled lines: the {column} "{shown(answers[column].iloc[at], 40)}" in line '
                f"{shown(places.iloc[at], 40)} is not in {owners[column]}",
                do="Correct it, or leave it empty where the line names none of them.",
            )
    return found


def read_labelled(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Labelled lines from a CSV, every value as text; the index, named `line`, is the line of the file.

    Raises UnreadableFile for a file that cannot be read, FrameRefused for a column that is missing or there twice, a
    line with more or fewer values, or a date that is none, and NotMoney for an amount that is none.
    """
    documents = read_documents(path)
    name = Path(path).name
    if len(documents) > 1:
        raise FrameRefused(f"holds {len(documents)} files", file=name, do="Name one CSV of labelled lines.")
    # newline="" leaves line ends to the reader, which then takes a lone carriage return for one too
    reader = csv.reader(io.StringIO(documents[0].text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as fault:
        do = "Write a quote inside a text twice, and close the quotes around it."
        raise FrameRefused("the quotes do not pair up", file=name, line=reader.line_num, do=do) from fault
    head = [column.strip() for column in rows[0][1]]
    twice = sorted({column for column in head if head.count(column) > 1})
    if twice:
        what = f'has two columns named "{shown(twice[0], 40)}"'
        raise FrameRefused(what, file=name, line=rows[0][0], do="Give each column a name of its own.")
    for number, row in rows[1:]:
        if len(row) != len(head):
            what = f"has {len(row)} values for {len(head)} columns"
            raise FrameRefused(what, file=name, line=number, do="Put a text that holds a comma in double quotes.")
    lines = pd.Index([number for number, _ in rows[1:]], name="line", dtype="int64")
    labelled = pd.DataFrame([row for _, row in rows[1:]], columns=head, index=lines, dtype=TEXT)
    try:
        answers_of(labelled)
        usable(labelled)
    except ReconcileError as fault:  # said here, where the file is known
        raise type(fault)(fault.what, file=name, do=fault.do) from fault
    return labelled

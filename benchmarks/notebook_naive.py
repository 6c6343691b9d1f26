"""What a user writes in an afternoon: read the CSV, take the likeliest campaign per line, save a workbook.

python benchmarks/notebook_naive.py history.csv campaigns.csv out.xlsx
"""

import sys

import pandas as pd
from rapidfuzz import fuzz, process, utils

statement, register, out = sys.argv[1:]

bank = pd.read_csv(
    statement,
    skiprows=6,
    skipinitialspace=True,
    engine="python",  # only this engine lets us glue a text with commas together again
    on_bad_lines=lambda fields: [*fields[:3], ", ".join(fields[3:])],
)
bank["Date"] = pd.to_datetime(bank["Date"], format="%Y/%m/%d")

campaigns = pd.read_csv(register)
code_of = {}
for row in campaigns.itertuples():
    for name in [row.code, row.name, *row.aliases.split("|")]:
        code_of[name] = row.code


def campaign(description):
    found = process.extractOne(
        description, list(code_of), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=85
    )
    return code_of[found[0]] if found else None


bank["Campaign"] = bank["Description"].apply(campaign)

with pd.ExcelWriter(out, engine="openpyxl") as workbook:
    bank.to_excel(workbook, sheet_name="Lines", index=False)
    bank.groupby("Campaign", as_index=False)["Amount"].sum().to_excel(workbook, sheet_name="Totals", index=False)

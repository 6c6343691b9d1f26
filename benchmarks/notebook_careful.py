"""What a careful user writes: texts cleaned once, each text looked up once, a scorer that finds a name inside a text.

python benchmarks/notebook_careful.py history.csv campaigns.csv out.xlsx
"""

import sys
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process, utils

statement, register, out = sys.argv[1:]

lines = Path(statement).read_text(encoding="utf-8-sig").splitlines()[7:]
bank = pd.DataFrame([line.split(", ", 3) for line in lines], columns=["Date", "Amount", "Balance", "Description"])
bank["Date"] = pd.to_datetime(bank["Date"], format="%Y/%m/%d")
bank["Amount"] = bank["Amount"].astype(float)
bank["Balance"] = bank["Balance"].astype(float)

campaigns = pd.read_csv(register)
code_of = {}
for row in campaigns.itertuples():
    for name in [row.code, row.name, *row.aliases.split("|")]:
        code_of[utils.default_process(name)] = row.code
names = sorted(code_of, key=len, reverse=True)  # of two names that fit equally well, the longer one


def campaign(text):
    found = process.extractOne(text, names, scorer=fuzz.partial_ratio, score_cutoff=85)
    return code_of[found[0]] if found else None


bank["Text"] = bank["Description"].map(utils.default_process)
credits = bank["Amount"] > 0
answers = {text: campaign(text) for text in bank.loc[credits, "Text"].unique()}
bank["Campaign"] = bank["Text"].where(credits).map(answers)
bank = bank.drop(columns="Text")

with pd.ExcelWriter(out, engine="openpyxl") as workbook:
    bank.to_excel(workbook, sheet_name="Lines", index=False)
    bank.groupby("Campaign", as_index=False)["Amount"].sum().to_excel(workbook, sheet_name="Totals", index=False)

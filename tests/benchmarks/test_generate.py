"""The benchmark's files are sound statements, of the size asked for, and the same bytes for the same seed."""

from __future__ import annotations

import csv
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

GENERATE = Path(__file__).parents[2] / "benchmarks" / "generate.py"
FILES = ("history.csv", "history.ofx", "campaigns.csv", "truth.csv")


def generate(folder: Path, *, lines: int = 400, names: int = 100, seed: int = 1) -> Path:
    asked = ["--lines", str(lines), "--names", str(names), "--seed", str(seed), "--out", str(folder)]
    subprocess.run([sys.executable, str(GENERATE), *asked], check=True)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("generated"))


def rows(folder: Path) -> list[list[str]]:
    return [line.split(", ", 3) for line in (folder / "history.csv").read_text(encoding="ascii").splitlines()[7:]]


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="ascii", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_balance_is_the_one_before_plus_the_amount(folder: Path) -> None:
    money = [(Decimal(amount), Decimal(balance)) for _, amount, balance, _ in rows(folder)]
    assert len(money) == 400
    assert all(newer[1] == older[1] + newer[0] for newer, older in pairwise(money))
    heading = (folder / "history.csv").read_text(encoding="ascii").splitlines()[4]
    assert heading == f"Balance:, {money[0][1]}, {money[0][1]}"


def test_the_ofx_has_the_same_rows_oldest_first(folder: Path) -> None:
    lines = (folder / "history.ofx").read_text(encoding="ascii").splitlines()
    found = {
        tag: [line.removeprefix(tag) for line in lines if line.startswith(tag)]
        for tag in ("<DTPOSTED>", "<TRNAMT>", "<MEMO>", "<BALAMT>")
    }
    expected = rows(folder)[::-1]
    assert found["<DTPOSTED>"] == [day.replace("/", "") for day, *_ in expected]
    assert found["<TRNAMT>"] == [amount for _, amount, *_ in expected]
    assert found["<MEMO>"] == [text for *_, text in expected]
    assert found["<BALAMT>"] == [expected[-1][2]]


def test_fifteen_in_a_hundred_references_are_different(folder: Path) -> None:
    sys.path.insert(0, str(GENERATE.parent))
    try:
        from matching import PREFIX
    finally:
        sys.path.remove(str(GENERATE.parent))
    texts = {PREFIX.sub("", text) for _, amount, _, text in rows(folder) if not amount.startswith("-")}
    assert 55 <= len(texts) <= 60  # less those that fees and payments out stand in place of


def test_the_register_has_as_many_names_as_asked_and_no_name_twice(folder: Path) -> None:
    campaigns = table(folder / "campaigns.csv")
    names = [name.lower() for c in campaigns for name in (c["code"], c["name"], *c["aliases"].split("|"))]
    assert len(names) == len(set(names)) == 100


def test_the_truth_names_a_line_of_the_file_and_a_campaign_of_the_register(folder: Path) -> None:
    truth = table(folder / "truth.csv")
    codes = {campaign["code"] for campaign in table(folder / "campaigns.csv")}
    assert [int(answer["line"]) for answer in truth] == list(range(8, 408))
    assert {answer["campaign"] for answer in truth} <= codes | {""}
    spent = [answer for answer, row in zip(truth, rows(folder), strict=True) if row[1].startswith("-")]
    assert spent
    assert {answer["campaign"] for answer in spent} == {""}


def test_references_repeat_and_texts_keep_the_width_of_the_bank(folder: Path) -> None:
    texts = [text for *_, text in rows(folder)]
    assert max(map(len, texts)) <= 42
    assert len(set(texts)) < 0.75 * len(texts)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(folder: Path, tmp_path: Path) -> None:
    again, other = generate(tmp_path / "again"), generate(tmp_path / "other", seed=2)
    assert [(again / name).read_bytes() for name in FILES] == [(folder / name).read_bytes() for name in FILES]
    assert (other / "history.csv").read_bytes() != (folder / "history.csv").read_bytes()

"""Texts that payers may type and a worksheet could take for something else."""

from __future__ import annotations

KEPT = (
    "=1+1",
    "+CMD",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "== x ==",
    "#N/A",
    "#REF!",
    "{=1+1}",
    "http://x",
    "mailto:a@b",
    "file:///x",
    "\tTAB",
    "CR\rCR",
    "LF\nLF",
    "  two  spaces  ",
    "a<b>&amp;\"'c",
    "TRUE",
    "007",
    "1E5",
    "2018/09/01",
    "'quoted",
    "😀👩‍👧",
    "Zoë مرحبا",
    "_x0041_",
    "_x0041_x0042_",
    "_x005F_x0041_",
    "__x000D_",
)
REPLACED = (
    ("nul\x00", "nul�"),
    ("bell\x07 esc\x1b", "bell� esc�"),
    ("del\x7f nel\x85", "del� nel�"),
    ("last\uffff \ufffe", "last� �"),
    ("over\u202eride", "over�ride"),
    ("iso\u2066late", "iso�late"),
)

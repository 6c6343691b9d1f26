"""What FNB prints of its own around a payer's words: prefixes, other banks' short names, and lines that are no gifts.

Layout 1 and OFX print upper case padded to fixed widths, the e-mailed statement and PDF Title Case; both are matched
without case and with any run of blanks. The words are those seen in public FNB exports.
"""

from __future__ import annotations

import re

FROM_FNB = {
    "FNB APP PAYMENT FROM": "FNB app",
    "FNB APP GEO PAYMENT FROM": "FNB app",
    "FNB APP RTC PMT FROM": "FNB app",
    "INT-BANKING PMT FRM": "FNB internet banking",
    "INTERNET PMT FROM": "FNB internet banking",
    "FNB OB PMT": "FNB business banking",
    "SCHEDULED PYMT FROM": "FNB standing order",
    "SCHEDULED PAYMENT FROM": "FNB standing order",
    "CELL PMNT FROM": "FNB cellphone banking",
    "CELLPHONE PMT FROM": "FNB cellphone banking",
    "SEND MONEY APP CR SEND": "FNB app",
}
"""Payments of other FNB customers: the prefix is padded to 22, the reference is cut at 20."""

TRANSFER_FROM = {
    "FNB APP TRANSFER FROM": "FNB transfer",
    "INTERNET TRF FROM": "FNB transfer",
    "INT-BANKING TRF FRM": "FNB transfer",
    "CELL TRF FROM": "FNB transfer",
    "SCHEDULED TRF FROM": "FNB transfer",
    "EBUCKS TRANSFER": "FNB transfer",
}
"""Between accounts of one owner; a gift only when the words name a campaign exactly."""

FROM_OTHER_BANKS = {
    "MAGTAPE CREDIT": "EFT",
    "ACB CREDIT": "EFT",
    "EFT CREDIT": "EFT",
    "PAYMENT 1DAY CR": "EFT",
    "DIGITAL PAYMENT CR": "EFT",
    "RTC CREDIT": "real-time clearing",
    "IMMEDIATE TRF CR": "real-time clearing",
    "PAYSHAP CREDIT": "PayShap",
    "PAYSHAP EXT CREDIT": "PayShap",
    "INWARD SWIFT": "from abroad",
    "FOREX DEPOSIT": "from abroad",
}

CASH = {
    "ADT CASH DEPOSIT": "cash machine",
    "ADT CASH DEPO": "cash machine",
    "CARDLESS CASH DEP": "cash machine",
    "TELLER CASH DEPOSIT": "cash at a branch",
    "TELLER CASH DEP": "cash at a branch",
    "CASH DEPOSIT": "cash at a branch",
    "CASH DEP": "cash at a branch",
    "CHEQUE DEPOSIT": "cheque",
}
"""Followed by a place or machine number, which the machine's 9 characters may glue to the reference."""

BANKS = (
    "CAPITEC MPY", "CAPITEC BANK", "CAPITEC", "ABSA BANK", "ABSABANK", "ABSA", "NEDBANK", "NEDCOR", "STANDARD BANK",
    "STD BANK", "STANCOM", "TYME BANK", "TYMEBANK", "AF BANK", "AFRICAN BANK", "INVESTECPB", "INVESTEC BANK",
    "INVESTEC", "BIDVESTCRS", "BIDVEST BANK", "CITIBANK", "DISCOVERY BANK", "SASFIN BANK", "MERCANTILE BANK",
    "OLYMPUSMB", "HBZ BANK", "AL BARAKA BANK", "ALBARAKA BANK", "NETCASH", "SAGEPAY", "PAYACCSYS", "CASHFOCUS",
)  # fmt: skip
"""Short names of senders, at most 10 wide; one that fills the 10 runs into the reference (INVESTECPB…)."""

GATEWAYS = (
    "YOCO", "PAYFAST", "SNAPSCAN", "ZAPPER", "IKHOKHA", "OZOW", "PEACH PAYMENTS", "PAYGATE", "PAYU", "STRIPE", "PAYPAL",
    "STITCH MONEY", "SPEEDPOINT", "GIVENGAIN", "BACKABUDDY", "CARD SETTLEMENT", "MERCHANT SETTLEMENT", "SPEED POINT",
    "WIGROUP", "ADUMO", "PAYSTACK",
)  # fmt: skip
"""Card acquirers and payment gateways: one line is the sum of many gifts less a fee."""

FEES = re.compile(
    r"^#|^(NOTIFICATION\s*-|CASH HANDLING FEE|BANK CHARGES?\b|SERVICE FEES?\b|MONTHLY ACCOUNT FEE"
    r"|(REV(ERSAL|ERSED)?( OF)?) (SERVICE|BANK|MONTHLY|CASH|ACCOUNT|UNPAID|STATEMENT)[A-Z ]* (FEES?|CHARGES?)\b)"
)
FEES_BEGIN = "#NCBSMR"
BANK_INTEREST = re.compile(
    r"^((INT|INTEREST) (ON|ADJ)|(CREDIT|DEBIT|DR|CR) INTEREST\b|INTEREST (ADJUSTMENT|EARNED|CAPITALI[SZ]ED|PAID)"
    r"|CR\.INT\.RATE|BIS/INT|(CREDIT|DEBIT) INT\b)"
)
BANK_INTEREST_BEGINS = "ICDB"
"""The first letters of those lines: no other text needs a longer look."""

TRANSFER_TO = re.compile(
    r"^(INTERNAL (TRF|TRANSFER)|FNB APP TRANSFER TO|INTERNET TRF TO|INT-BANKING TRF TO|PAYMENT TO INVESTMENT|BYC DEBIT"
    r"|SCHEDULED TRF TO)\b"
)
REVERSAL = re.compile(
    r"^REVERSED\b|\bREVERSAL\b|^(RTN|RETURNED?) (EFT|DEBIT|PAYMENT|ITEM)\b|^UNPAID( MAGTAPE| EFT)?( CREDIT)?\b"
    r"|\bUNPAID\b|(?<![A-Z0-9])R/D(?![A-Z0-9])|\bDISHONOU?RED\b"
)
"""The summary labels of FNB prove only "Inward Unpaid Items" and "Refunds/Adjustments"; these words are usual ones."""

OF_REVERSALS = ("REVERS", "RTN", "RETURN", "UNPAID", "R/D", "DISHON")
"""A text without any of these holds no word of a reversal."""

DEAL_NUMBER = re.compile(r"\bR0[0-9]{2}[A-Z0-9]{6}\b")
"""A SWIFT deal number: R0, two digits of the year, six characters."""

TRACE_NUMBER = re.compile(r"(?<![A-Z0-9])(?=[A-F]*[0-9])(?=[0-9]*[A-F])[0-9A-F]{10}(?![A-Z0-9])")
"""Ten hexadecimal characters, digits and letters, that real-time clearing prints beside the reference."""

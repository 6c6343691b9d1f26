"""One file per sheet: a module with a `SHEET` object is part of the workbook, in the order of `SHEET.order`."""

"""Charts in one quiet look: bars of one colour, no legend, amounts on the axis."""

from __future__ import annotations

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.shapes import GraphicalProperties

from reconcile.reporters import style


def bars(title: str, values: str, labels: str, *, across: bool) -> BarChart:
    """A bar chart of the values in some cells (`'By day'!$C$5:$C$9`) with their labels; bars lie `across`, or stand."""
    chart = BarChart()
    chart.type = "bar" if across else "col"
    chart.title, chart.legend, chart.gapWidth = title, None, 40
    chart.x_axis.delete = chart.y_axis.delete = False  # openpyxl hides them otherwise
    chart.y_axis.number_format, chart.y_axis.numFmt.sourceLinked = "#,##0", False
    if across:
        chart.x_axis.scaling.orientation = "maxMin"  # the first one on top
    series = Series(Reference(range_string=values))
    series.cat = AxDataSource(strRef=StrRef(f=labels))
    series.graphicalProperties = GraphicalProperties(solidFill=style.INK)
    chart.series.append(series)
    return chart

"""Charts drawn on the server as SVG, each in a figure with the table of its numbers.

They widen with the page without scaling their text: widths are per cents, heights are pixels. Colours come
from the style sheet by class. ``name`` is the id of the figure, so no two on a page may share it.
"""

from asah.portal.ui.charts.bars import Bar, bars, stacked_bars
from asah.portal.ui.charts.grids import heat_map, nine_boxes
from asah.portal.ui.charts.planes import Point, lines, scatter

__all__ = ["Bar", "Point", "bars", "heat_map", "lines", "nine_boxes", "scatter", "stacked_bars"]

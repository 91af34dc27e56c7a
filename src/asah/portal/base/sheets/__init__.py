"""Reading any uploaded sheet safely: bytes in, texts with their row numbers out, every doubt told.

What the bytes are decides, never the file's name. Nothing here knows what the columns mean.
"""

from asah.portal.base.sheets.messages import explain
from asah.portal.base.sheets.read import read_sheet
from asah.portal.base.sheets.sheet import Note, Sheet, SheetError, without_columns

__all__ = ["Note", "Sheet", "SheetError", "explain", "read_sheet", "without_columns"]

"""The engine's door for ``base``: opening a workbook with the engine's guards.

Of the engine's readers only this one fits a sheet that anybody may upload: its other functions want to know
the table beforehand and accept CSV in UTF-8 alone.
"""

from __future__ import annotations

from asah.engine.errors import Finding as EngineFinding
from asah.engine.tables.raw import NO_RESULT
from asah.engine.tables.read_xlsx import Workbook, open_workbook

__all__ = ["NO_RESULT", "EngineFinding", "Workbook", "open_workbook"]

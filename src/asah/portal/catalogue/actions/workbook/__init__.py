"""The catalogue as a workbook: its columns, reading it, writing what it changes, and giving it out."""

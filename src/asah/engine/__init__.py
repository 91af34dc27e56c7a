"""The engine: tables in, tables out. It knows no web, no database and no user."""

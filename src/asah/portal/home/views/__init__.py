"""Views of the pages of no single stage, one module a subject."""

"""What the pages of the analysis show, one module a subject."""

"""What the pages of planning show, one module a subject."""

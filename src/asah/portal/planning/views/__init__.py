"""Pages of planning, one module a subject."""

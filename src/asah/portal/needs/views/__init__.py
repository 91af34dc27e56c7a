"""Pages of the needs analysis, one module a subject."""

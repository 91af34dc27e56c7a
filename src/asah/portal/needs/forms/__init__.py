"""What people fill in about the analysis, one module a subject."""

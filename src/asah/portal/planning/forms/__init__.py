"""What planners fill in, one module a subject."""

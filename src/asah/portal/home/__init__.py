"""Pages that belong to no stage or to all: signing in, home, search, users, jobs, notices, audit."""

"""What every stage stands on: users and roles in a tree of units, audit, jobs, notices, files."""

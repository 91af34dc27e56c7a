"""What people fill in about the catalogue, one module a subject. Choices never leave the agency it is of."""

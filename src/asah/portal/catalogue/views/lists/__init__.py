"""The lists of the catalogue, one module a subject: columns, filters, what an empty one says."""

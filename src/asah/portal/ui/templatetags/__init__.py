"""Filters and tags that every template knows without loading them."""

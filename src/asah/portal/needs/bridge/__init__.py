"""The only door from needs to the engine: rows to tables, the engine's run, results back."""

from asah.portal.needs.bridge.rules import Match, fit_bands, gap_of, match
from asah.portal.needs.bridge.run import Computed, EngineFailed, NeedsRefused, compute, required_of

__all__ = [
    "Computed",
    "EngineFailed",
    "Match",
    "NeedsRefused",
    "compute",
    "fit_bands",
    "gap_of",
    "match",
    "required_of",
]

"""Needs: from ratings by people who differ to levels, gaps and how sure they are."""

from __future__ import annotations

from asah.engine.needs.compute import Needs, Reliability, compute_needs

__all__ = ["Needs", "Reliability", "compute_needs"]

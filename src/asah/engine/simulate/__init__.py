"""Seeded synthetic regions with known truth: merangin, maluku-utara and a nation of any size."""

from asah.engine.simulate.policy import policy_toml
from asah.engine.simulate.region import Region, simulate
from asah.engine.simulate.sources import REGIONS
from asah.engine.simulate.write import write_region

__all__ = ["REGIONS", "Region", "policy_toml", "simulate", "write_region"]

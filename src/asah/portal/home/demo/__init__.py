"""The demonstration: two simulated regions with a finished analysis, a stipulated plan and one in draft."""

from asah.portal.home.demo.build import Region, build_region
from asah.portal.home.demo.ground import NotADemonstrationError, clear_ground

__all__ = ["NotADemonstrationError", "Region", "build_region", "clear_ground"]

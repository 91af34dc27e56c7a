"""Checking a plan without trusting whoever made it, and setting two plans side by side.

Shares no code with the planner: what both know is only the contract of the tables.
"""

from asah.engine.check.check import CheckResult, check_plan
from asah.engine.check.compare import Comparison, compare_plans

__all__ = ["CheckResult", "Comparison", "check_plan", "compare_plans"]

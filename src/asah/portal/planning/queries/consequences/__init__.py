"""What a decision by hand would do, worked out from the rows of a plan at once; the next plan proves it."""

from asah.portal.planning.queries.consequences.say import Fact, call, say_consequences, say_contradiction
from asah.portal.planning.queries.consequences.work_out import Consequences, Place, work_out

__all__ = ["Consequences", "Fact", "Place", "call", "say_consequences", "say_contradiction", "work_out"]

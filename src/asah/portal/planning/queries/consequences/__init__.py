"""What a decision by hand would do, worked out from the rows of a plan at once; the next plan proves it."""

from asah.portal.planning.queries.consequences.say import Fact, say_consequences
from asah.portal.planning.queries.consequences.work_out import Consequences, Place, work_out

__all__ = ["Consequences", "Fact", "Place", "say_consequences", "work_out"]

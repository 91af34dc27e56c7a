"""The yearly needs analysis: who rates whom, what was said, and the gaps it shows."""

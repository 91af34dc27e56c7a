"""The year's plan: limits, scenarios, the engine's proof, decisions by hand, approval and decree."""

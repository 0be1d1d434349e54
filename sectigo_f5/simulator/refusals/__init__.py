"""The refusals of the simulated device, and where each text was seen."""

"""The uncertain facts, by theme: what each finding of the catalogue means, and what the connector does then."""

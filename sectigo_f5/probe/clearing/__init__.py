"""How a probe leaves a BIG-IP as it was: what it has made is deleted, and so is what killed probes have left."""

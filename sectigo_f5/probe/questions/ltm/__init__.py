"""Client SSL profiles and virtual servers: of scratch names, with pairs of ours."""

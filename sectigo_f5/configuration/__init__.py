"""Step 1: YAML files and the env file become jobs and settings, mistakes name file, line and key; no device, no CA."""

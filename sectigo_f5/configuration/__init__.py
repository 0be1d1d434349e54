"""Step 1: YAML files and the env file become jobs and settings; every mistake with its file, line and key."""

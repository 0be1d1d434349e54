"""How YAML files and the env file become jobs and settings; :mod:`sectigo_f5.config` is the door."""

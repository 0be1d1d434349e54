"""The files of a configuration: which are read, how, who else may change them, and YAML that knows its lines."""

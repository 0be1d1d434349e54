"""The questions, by theme; :mod:`sectigo_f5.probe.catalogue` says which there are."""

"""Who is told of a failure, a recovery and a change, each once; nothing here can fail a run."""

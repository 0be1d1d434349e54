"""What clients of a virtual server see: TLS, HTTP and iRules; knows nothing of REST or of the configuration."""

"""What ``check`` looks at, a module for each scope: this host, the ACME server, a BIG-IP, a certificate."""

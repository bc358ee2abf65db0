"""The journal told to other systems: security events, audit events, metrics."""

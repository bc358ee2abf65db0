"""Plain functions of values: no database, no clock."""

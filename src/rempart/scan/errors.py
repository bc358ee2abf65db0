"""What whoever runs a scan can mend."""

from rempart.vocabulary.faults import Fault


class ScanFault(Fault):
    """A file cannot be read, or the map is wrong. Never carries a line of a log."""

    exit_code = 2

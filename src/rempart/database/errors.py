"""What can be wrong with the database before any query is made."""

from rempart.vocabulary.faults import Fault


class DirectoryInUseError(Fault):
    """Another Rempart holds the data directory: stop it, or choose another directory."""

    exit_code = 4


class OtherVersionError(Fault):
    """The cluster was made by another major version of PostgreSQL: dump and load it."""

    exit_code = 5


class DatabaseDownError(Fault):
    """The server did not start, or does not answer: read its log."""

    exit_code = 6


class NotSetUpError(Fault):
    """The data directory holds no database yet: set it up first."""

    exit_code = 7

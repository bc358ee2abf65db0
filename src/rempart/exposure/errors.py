"""What a question about exposure can stumble over, each with what to do."""

from rempart.vocabulary.faults import Fault


class SelectionFault(Fault):
    """The question cannot be asked like this."""


class SourceFault(Fault):
    """The sealed journal cannot be read, or does not hold what its checkpoint says."""


class EngineFault(Fault):
    """The engine asked for is not there."""

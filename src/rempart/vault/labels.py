"""The associated data of everything sealed. A frozen format: what was sealed with it opens with it only."""


def seal_label(insurer: int, person_id: int, category: int) -> bytes:
    """Of a person's category: insurer number, person id, `Category` bit."""
    return b"rempart:1:%d:%d:%d" % (insurer, person_id, category)


def data_key_context(insurer: int, batch: int) -> bytes:
    """Of a data key wrapped to its insurer's public key."""
    return b"rempart:data-key:1:%d:%d" % (insurer, batch)


def private_keyset_label(insurer: int) -> bytes:
    """Of an insurer's private keyset under the master key."""
    return b"rempart:insurer-key:1:%d" % insurer

"""Keys: what seals a person's data, what opens it, and the blind index under which a person is found.

Intake loads the sealing half and the index key, the gate all of it, the web nothing.
"""

"""Who was exposed, to whom, when and to what: exact, from sealed segments and what is not sealed yet."""

"""How often the diagnosis is right: a corpus of drawn cases with known truth."""

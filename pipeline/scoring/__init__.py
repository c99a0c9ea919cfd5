"""How well was it read: against a truth a person wrote, or between two readings where there is none."""

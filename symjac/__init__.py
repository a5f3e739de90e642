"""symjac derives the Jacobians of vector recurrences, proves them, and writes the proof."""

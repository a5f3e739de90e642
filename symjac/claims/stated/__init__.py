"""A claim beside its system as printed: terms that know no convention, names, times and targets settled."""

"""Claims about systems in which one parameter stands in several places, with truth from NumPy."""

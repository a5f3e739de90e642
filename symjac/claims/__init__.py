"""Is a printed formula the derivative of a system, and in which conventions?"""

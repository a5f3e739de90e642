"""Backpropagation through time: the gradients of a loss over a recurrence, derived, proved and printed."""

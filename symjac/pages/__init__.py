"""What is told of statements that are no plain Jacobian: every page is made from what is confirmed."""

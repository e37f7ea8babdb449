"""Marketing-mix modelling that reaches the decision."""

"""Rules, stages, conclusions and their explanations: a pure function of facts."""

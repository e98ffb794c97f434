"""How answers are shaped: plain values, a function of what is shown alone."""

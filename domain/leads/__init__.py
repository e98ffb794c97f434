"""Lead professionals: who leads whom, and where a lead is missing."""

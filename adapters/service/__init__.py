"""One opened service, and the workers that keep its views up to the log."""

"""The HTTP door: events in, questions answered; OpenAPI 3.1, problem+json, look-ups by POST."""

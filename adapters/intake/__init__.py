"""What brings events in: Kafka, and files that agencies already produce."""

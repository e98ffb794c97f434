"""What an agency publishes with: files of events, checked and sent to Kafka or over HTTP."""

"""The event log and its keys: recording, quarantine, reading back."""

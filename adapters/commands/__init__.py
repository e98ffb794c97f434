"""What people decide, appended as events."""

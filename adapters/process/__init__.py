"""What every process of ours has: settings, clock, logs, heartbeat, an end in time."""

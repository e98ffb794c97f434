"""The pages: people sign in with a browser and work with their children (access.md 6)."""

"""Read models: how the editions of the log change them, and the questions they answer."""

"""One child's timeline: the fold of what was published, and the aggregate that keeps it."""

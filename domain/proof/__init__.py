"""How a log proves itself: hash trees, tiles, checkpoints and the one way to write an entry's bytes. Standards, not ours."""

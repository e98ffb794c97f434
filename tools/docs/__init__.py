"""The pages of `docs/` that are made: from the spec tests, the event contract, and the comments of the database.

`python -m tools.docs` (or `./dev docs`) writes them and checks every link; with `--check` it writes nothing and ends
with 1 when a committed page differs. It works in a copy of the repository, where the tests are.
"""

"""The tests: a folder a stage, a file a behaviour."""

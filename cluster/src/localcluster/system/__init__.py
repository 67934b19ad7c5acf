"""What is asked of the operating system: processes and their ends, locks, private files."""

"""What an administrator installs: the chart, what is made from it, and what may be done with it."""

"""The nodes' names and addresses, and the stand-in that declares their pods to run."""

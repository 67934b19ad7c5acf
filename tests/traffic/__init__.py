"""What users do, told by what their clients are answered: real pods, real connections."""

"""What printkit costs, measured beside what a program would use instead. Run it: ``python -m benchmarks --help``."""

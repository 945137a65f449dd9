"""What to say next: pure, without input or output, without a clock of its own."""

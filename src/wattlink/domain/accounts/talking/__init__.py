"""What is said to a vendor during one visit."""

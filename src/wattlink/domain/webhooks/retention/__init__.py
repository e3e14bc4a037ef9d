"""What is kept for 30 days: waiting bodies and the delivery log; and what operators are told of both."""

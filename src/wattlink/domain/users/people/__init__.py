"""What is known of users as people: how to reach them, what they are called, where they live."""

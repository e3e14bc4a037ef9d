"""Access keys: 80 letters and digits that open the door by themselves, of applications, users and devices."""

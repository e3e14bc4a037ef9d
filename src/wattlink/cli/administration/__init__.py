"""What operators change at run time, at the machine itself: the verbs of `/platform`, without a token."""

"""Places that an app knows of a user, such as a home; devices are matched to them (`devices/placing`)."""

"""What somebody must do before a device or an account works again."""

"""myUplink's API: heat pumps of NIBE."""

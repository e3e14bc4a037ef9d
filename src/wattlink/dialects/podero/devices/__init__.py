"""Devices as partners see them: heat pumps, electric vehicles, inverters and wallboxes."""

"""Whom tests reach: this machine and nobody else."""

from ipaddress import ip_network

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

"""Vendors that an application can't use before somebody switches them on: beta, limited or unreliable brands.

The manifest says which ones; an operator may say otherwise for a registration. What is linked already goes on, and can
be mended, whatever is switched off later.
"""

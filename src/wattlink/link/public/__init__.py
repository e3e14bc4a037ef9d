"""Pages for everybody: the brands, and what somebody must do before a device works again.

They are made of the manifests and the catalogue of interventions, and hold nothing about a person, an application or
an organization. They set no cookie and run no script.
"""

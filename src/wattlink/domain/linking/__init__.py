"""Link sessions: how a person's account at a vendor becomes linked, step by step."""

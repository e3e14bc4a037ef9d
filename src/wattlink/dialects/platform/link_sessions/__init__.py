"""Link sessions as a resource: asked for, looked at, confirmed, cancelled."""

"""What a command begins with: its settings, a database that answers, and the log of a process that stays."""

import os

from wattlink.base.log import set_up_logs
from wattlink.db.migrate import check_schema
from wattlink.settings.load import load_settings
from wattlink.settings.model import Settings


def settings_of(*needed: str) -> Settings:
    """The settings of this process's environment."""
    return load_settings(os.environ, needed=needed)


def ready_settings(*needed: str) -> Settings:
    """The settings, once the database that they name answers and has the schema that this version needs."""
    settings = settings_of(*needed)
    check_schema(settings.database_url)
    return settings


def with_logs(settings: Settings) -> Settings:
    """The same settings, once the log is set up as they say."""
    set_up_logs(as_json=settings.log_format == "json", level=settings.log_level)
    return settings

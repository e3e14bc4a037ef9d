"""Structured logs: one event per line, secrets masked, for people on a terminal or for machines as JSON."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_WORDS = (
    "password",
    "secret",
    "token",
    "authorization",
    "cookie",
    "code_verifier",
    "api_key",
    "sealed",
    "credential",
)
_MASK = "***"


def _mask_secrets(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in entry:
        if any(word in key.lower() for word in _SECRET_WORDS):
            entry[key] = _MASK
    return entry


def set_up_logs(*, as_json: bool, level: str = "info") -> None:
    """Send every log, ours and the libraries', to standard error in one form."""
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; values that belong to a request or a visit are bound as context variables."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def begin_log() -> None:
    """Forget what belonged to an earlier request of this task."""
    structlog.contextvars.clear_contextvars()


def name_in_log(**values: str) -> None:
    """What every line says from here on, until this request or visit is over."""
    structlog.contextvars.bind_contextvars(**values)

"""Shorten log records about causes outside our code: bad input, or a service that is away."""

import logging
from smtplib import SMTPException
from socket import gaierror
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from redis.exceptions import RedisError

AWAY: Final = (OperationalError, InterfaceError, RedisError, SMTPException, ConnectionError, TimeoutError, gaierror)
"""The errors that a view gets when the database, Redis or the mail server does not answer."""
LINE: Final = 300
"""A message that may repeat input of a client is cut to so many characters."""


class OneLine(logging.Filter):
    """Removes the traceback from records about refused requests and absent services, and logs them as warnings."""

    def filter(self, record: logging.LogRecord) -> bool:
        error: Any = record.exc_info and record.exc_info[1]
        status = getattr(record, "status_code", None) or 500
        if isinstance(error, AWAY):
            record.msg, record.args = f"{record.getMessage()[:LINE]}: {' '.join(str(error).split())}", ()
        elif status < 500 or isinstance(error, UnreadablePostError):
            record.msg, record.args = record.getMessage()[:LINE], ()
        else:
            return True
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True

"""Times on pages without a connection. They are sent in UTC; `static/local_times.js` shows the reader's time."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

FORMS = {"day": "%Y-%m-%d", "time": "%Y-%m-%d %H:%M UTC"}


@register.filter
def local(at: datetime, form: str = "time") -> SafeString:
    """Return a `<time>` element of the form `day` or `time`; `at` is in UTC."""
    text = at.strftime(FORMS[form])
    return format_html('<time datetime="{}" data-local="{}">{}</time>', at.isoformat(), form, text)

"""The form for new guests. The service checks names and faces; this module turns its errors into sentences."""

from collections import Counter
from collections.abc import Collection
from math import ceil
from random import SystemRandom
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.avatars import COLOURS
from accounts.selectors import name_suggestion
from realtime import RealtimeError

PROBLEMS = {
    "empty": _("Please enter a name."),
    "too_long": _("Name too long: at most 32 characters."),
    "name_reserved": _("“%(name)s” is reserved for the people who run this site. Choose another name."),
    "name_taken": _("“%(name)s” is taken. How about “%(suggestion)s”?"),
    "guests_off": _("Guests can't join right now. Log in, or try again later."),
    "banned": _("You can't join from this browser: a guest was banned in it."),
}
OTHER = _("Please choose a name and a face.")


def name_problem(error: RealtimeError, name: str) -> str:
    """Return the sentence for an error about a name. For a taken name it contains the name and a free one."""
    if error.args[0] == "quota":
        return quota_problem(error)
    problem = PROBLEMS.get(str(error.args[0]), OTHER)
    return str(problem) % {"name": " ".join(name.split()), "suggestion": error.more.get("suggestion", "")}


def quota_problem(error: RealtimeError) -> str:
    """Return the sentence for a used-up quota of new people, with the time until the next one is allowed."""
    minutes = ceil(error.more["retry_after_ms"] / 60_000)
    hours = ceil(minutes / 60)
    if minutes <= 90:
        wait = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    else:
        wait = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return gettext("Too many new people have come in from your network. Try again in %(wait)s.") % {"wait": wait}


def colour_drawn(taken: Collection[int]) -> int:
    """Return a random colour among the least taken ones, so that people in a room look different."""
    counts = Counter(taken)
    fewest = min(counts[colour] for colour in range(COLOURS))
    return SystemRandom().choice([colour for colour in range(COLOURS) if counts[colour] == fewest])


class EnterForm(forms.Form):
    """Name, face and colour of a new guest."""

    name = forms.CharField(required=False, max_length=10_000)
    face = forms.CharField(required=False, max_length=10_000)
    colour = forms.IntegerField(required=False)

    @classmethod
    def suggested(cls, language: str, taken: Collection[int] = ()) -> "EnterForm":
        """Return an empty form with a free name, its face, and one of the least `taken` colours."""
        name, face = name_suggestion(language)
        return cls(initial={"name": name, "face": face, "colour": colour_drawn(taken)})

    @classmethod
    def refused(cls, data: Any, error: RealtimeError) -> "EnterForm":
        """Return the form as it was sent, with the error, and with a free name when the name was taken."""
        suggestion = error.more.get("suggestion")
        form = cls({**data.dict(), "name": suggestion} if suggestion else data)
        form.add_error("name", name_problem(error, data.get("name", "")))
        return form

    @property
    def given(self) -> dict[str, Any]:
        """Return the arguments for the service. An empty or invalid colour becomes 0."""
        values = self.cleaned_data
        colour = values.get("colour")
        return {
            "name": values.get("name", ""),
            "face": values.get("face", ""),
            "colour": 0 if colour is None else colour,
        }

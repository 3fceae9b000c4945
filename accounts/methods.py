"""Methods about people. `profile.change` is chat's: only it knows whom to tell."""

from typing import Any

from accounts.protocol import PeopleParams
from accounts.selectors import people
from realtime.methods import Call, Method


def people_read(call: Call) -> dict[str, Any]:
    return {"people": people(call.params.ids)}


_METHODS = [Method(name="people.read", params=PeopleParams, function=people_read, lane="read")]
METHODS = {method.name: method for method in _METHODS}

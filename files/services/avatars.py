"""Pictures of people."""

from typing import Any

from accounts.selectors import person_of, person_signal
from accounts.services.profiles import picture_set
from files.models import File
from files.protocol import AvatarSet
from files.services.deletion import files_mark_gone
from files.services.posting import square_take
from realtime import Caller, Signal, method
from realtime.log import Batch


@method("avatar.set", AvatarSet)
def avatar_set(batch: Batch, *, caller: Caller, file: str | None) -> tuple[dict[str, Any], list[Signal]]:
    """Show a square upload of the caller in the place of the face, or nothing. The former picture is deleted."""
    if file:
        square_take(owner=caller.pk, key=file, use=File.Use.AVATAR)
    user = picture_set(pk=caller.pk, key=file or "", now=batch.now)
    files_mark_gone(File.objects.filter(owner=caller.pk, use=File.Use.AVATAR).exclude(key=file or ""), batch.now)
    return {"user": {"id": caller.id, **person_of(user)}}, [person_signal(user)]

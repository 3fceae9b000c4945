"""The app's configuration, and its plugin for chat."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GameConfig(AppConfig):
    name = "game"
    verbose_name = _("Games")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.plugin import ChatPlugin, LeaveHook, use
        from game import cards, commands
        from game.selectors import matches
        from game.services import clock, liveness, moves, tables
        from game.services.bots import Bots
        from realtime.server import on_drain
        from realtime.workers.deadlines import DeadlineKind

        use(
            ChatPlugin(
                cards={"match": cards.Table, "roll": cards.Roll, "flip": cards.Flip, "pick": cards.Pick},
                commands={
                    "play": commands.play,
                    "roll": commands.roll,
                    "flip": commands.flip,
                    "pick": commands.pick,
                },
                snapshot={"matches": matches.tables_part},
                on_leave=[LeaveHook(moves.member_left, preview=matches.leaving, logs=matches.seated_in)],
                on_close=[moves.matches_end],
                turns=[matches.turns],
                deadlines={
                    "game.clock": DeadlineKind(clock.clock_due, retry_ms=liveness.BEAT_MS),
                    "game.claim": DeadlineKind(clock.claim_due, retry_ms=liveness.BEAT_MS),
                    "game.nudge": DeadlineKind(clock.nudge_due),
                    "game.beat": DeadlineKind(liveness.beat_due, retry_ms=liveness.BEAT_MS),
                },
            )
        )
        self.bots = Bots()
        tables.on_bot_turn(self.bots.turn)
        on_drain(self.bots.leave)

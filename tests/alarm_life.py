"""A truck's alarm as it should live, worked out step by step without a database or a bit mask."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Level:
    """A rule that rings above a value: when, until when, how long, how gravely."""

    threshold: float
    clear_at: float
    level: int
    duration_s: int
    escalate_after_s: int | None = None


@dataclass(frozen=True)
class Step:
    """After `wait_s` a report reaches us that is `age_s` old then, or somebody acknowledges."""

    wait_s: int
    age_s: int = 0
    value: float | None = None
    is_report: bool = True
    acknowledges: bool = False


@dataclass
class Life:
    """An alarm from its opening to its closing, and what it looks like at the end."""

    opened_at: datetime
    level: int
    rung_at: datetime
    closed_at: datetime | None = None
    acknowledged: bool = False
    escalated_at: datetime | None = None
    is_stale: bool = False

    def told(self) -> tuple[object, ...]:
        """Return what is compared."""
        return (
            self.opened_at,
            self.closed_at,
            self.level,
            self.acknowledged,
            self.escalated_at,
            self.is_stale,
        )


@dataclass
class Oracle:
    """One truck under rules of one kind, rung after each step."""

    rules: Sequence[Level]
    max_age_s: int
    newest_at: datetime | None = None
    since: list[datetime | None] = field(default_factory=list)
    shown: Level | None = None
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.since = [None for _ in self.rules]

    @property
    def live(self) -> Life | None:
        """Return the alarm that is open."""
        return self.lives[-1] if self.lives and self.lives[-1].closed_at is None else None

    def hear(self, recorded_at: datetime, value: float | None) -> None:
        """Take a report, unless a newer one came before it."""
        if self.newest_at is not None and recorded_at < self.newest_at:
            return
        self.newest_at = recorded_at
        if value is None:
            return
        for i, rule in enumerate(self.rules):
            if value >= rule.threshold:
                self.since[i] = self.since[i] or recorded_at
            elif value < rule.clear_at:
                self.since[i] = None

    def acknowledge(self) -> None:
        """Have somebody look after the alarm that is open."""
        if self.live is not None:
            self.live.acknowledged = True

    def ring(self, now: datetime) -> None:
        """Open, change, close and escalate."""
        if self.newest_at is None:
            return
        live = self.live
        if now - self.newest_at > timedelta(seconds=self.max_age_s):
            if live is not None:
                live.is_stale = True
            return
        if live is not None:
            live.is_stale = False
        level = self._due_level()
        if live is not None and not any(self.since):
            live.closed_at = now
        elif live is None and level:
            self.lives.append(Life(now, level, now))
        elif live is not None and level:
            self._change(live, level, now)
        if self.live is not None:
            self._escalate(self.live, now)

    def _due_level(self) -> int:
        assert self.newest_at is not None
        lasted = [
            rule.level
            for rule, since in zip(self.rules, self.since, strict=True)
            if since and self.newest_at - since >= timedelta(seconds=rule.duration_s)
        ]
        return max(lasted, default=0)

    @staticmethod
    def _change(live: Life, level: int, now: datetime) -> None:
        if level > live.level:
            live.level, live.rung_at = level, now
            live.acknowledged, live.escalated_at = False, None
        elif live.escalated_at is None:
            live.level = level
        else:
            live.level = max(level, min(level + 1, 3))

    def _escalate(self, live: Life, now: datetime) -> None:
        rule = self._rule_shown()
        if rule.escalate_after_s is None or live.acknowledged or live.escalated_at is not None:
            return
        if now - live.rung_at >= timedelta(seconds=rule.escalate_after_s):
            live.escalated_at = now
            live.level = max(live.level, min(live.level + 1, 3))

    def _rule_shown(self) -> Level:
        level = self._due_level()
        if level:
            self.shown = next(rule for rule in self.rules if rule.level == level)
        assert self.shown is not None
        return self.shown

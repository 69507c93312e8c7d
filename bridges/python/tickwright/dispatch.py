"""The loop between simulator and strategy: takes requests, calls handlers, sends what they asked for.

Knows nothing of processes or addresses. Called by the runner.
"""

from __future__ import annotations

from .columns import MarketColumns
from .conversation import Conversation
from .event import AccountEvent, Bar, Book, Context, Fill, OrderEvent, Reject, Timer
from .strategy import Strategy, overridden, wanted_position


def converse(talk: Conversation, strategy: Strategy) -> bool:
    """Answers requests until the run's end. ``False``: the simulator went away before it.

    Raises what handlers raise, ``FrameError`` and ``RemoteError``.
    """
    handlers = overridden(strategy)
    on_features = handlers.get("features")
    on_stop = handlers.get("stop")
    receive, reply = talk.receive, talk.reply
    while receive():
        if talk.starting and "start" in handlers:
            handlers["start"](context_of(talk))
        if talk.events:
            _handle(talk, strategy, handlers)
        if talk.stopping:
            if on_stop is not None:
                on_stop()
            reply()
            return True
        if on_features is not None and not talk.starting:
            on_features(talk.now, talk.x)
        reply()
    return False


def context_of(talk: Conversation) -> Context:
    """What ``on_start`` is given."""
    run = talk.run
    return Context(
        name=run.strategy,
        run=run.name,
        seed=run.seed,
        origin=run.origin,
        start=run.start,
        instruments=run.instruments,
        features=talk.features,
        params=run.params,
    )


# By class rather than by name, as events carry their class anyway.
_HANDLER_OF = {
    OrderEvent: ("order", None),
    Fill: ("order", "fill"),
    Reject: ("order", "reject"),
    AccountEvent: ("account", None),
    Bar: ("bar", None),
    Book: ("book", None),
    Timer: ("timer", None),
}


def _handle(talk: Conversation, strategy: Strategy, handlers: dict[str, object]) -> None:
    for event in talk.events:
        if isinstance(event, MarketColumns):
            if "batch" in handlers:
                wanted = wanted_position(handlers["batch"](event), len(event))  # type: ignore[operator]
                if wanted is not None:
                    strategy.target(wanted)
            elif "trades" in handlers:
                handlers["trades"](event)  # type: ignore[operator]
        else:
            for name in _HANDLER_OF[type(event)]:
                if name in handlers:
                    handlers[name](event)  # type: ignore[operator]

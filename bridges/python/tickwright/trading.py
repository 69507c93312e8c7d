"""Order methods and state: what a strategy, or a loop of one's own, may do between a request and its reply.

Knows nothing of handlers. A mixin: ``Strategy`` inherits it; ``Trader(conversation)`` is it alone.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .columns import FeatureRow
from .conversation import Conversation
from .duration import duration_ns
from .event import BarSeries, find_instrument
from .frame import pack
from .instrument import Instrument, Rounding, rounded
from .layout import ORDER_TYPES, TIMES_IN_FORCE
from .order import Order, OrderTerms, TimeInForce

if TYPE_CHECKING:
    from typing_extensions import Unpack

_BUY, _SELL = 1, 2
_TIF_FLAGS: dict[str | None, int] = {None: 0} | {name: (code + 1) << 1 for code, name in enumerate(TIMES_IN_FORCE)}
_SUBMIT, _CANCEL, _MODIFY, _CANCEL_ALL, _LOG, _METRIC, _EVERY, _AT, _CLEAR_TIMER, _TOGETHER, _APART = range(11)
_APART_BYTES = len(pack((_APART,)))


class _NotStarted:
    """Stands for the conversation until there is one."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(
            "orders, timers and state are there from on_start on: not in __init__, which only takes parameters, "
            "and not after the run"
        )


NOT_STARTED: Any = _NotStarted()


class Trader:
    """Sends orders and reads state through a conversation.

    ``inst`` is an ``Instrument`` or a symbol; it may be left out where the strategy has one instrument. Prices and quantities
    are decimals. A price that is not on the tick (or a quantity not on the lot) is not rounded: the order is rejected with a
    reason, and so is NaN. Everything takes effect at the simulated time of the request plus modelled delays.
    """

    _talk: Conversation = NOT_STARTED
    _quotes: dict[tuple[int, int], Order]

    def __init__(self, conversation: Conversation) -> None:
        self.bind(conversation)

    def bind(self, conversation: Conversation) -> None:
        """Called once by who runs the conversation, after the handshake."""
        self._talk = conversation
        self._quotes = {}

    # -- state

    @property
    def now(self) -> int:
        """Simulated time, int ns since 1970 UTC."""
        return self._talk.now

    @property
    def cash(self) -> float:
        """Money from trades after fees, quote currency."""
        return self._talk.cash

    @property
    def equity(self) -> float:
        """Cash plus open positions at the mid price."""
        return self._talk.equity

    @property
    def fees(self) -> float:
        """Fees paid so far, less rebates."""
        return self._talk.fees

    @property
    def position(self) -> float:
        """Position of the only instrument, decimal, negative when short. ``ValueError`` where there are several."""
        return self._talk.positions[self._inst(None).index]

    @property
    def positions(self) -> Mapping[str, float]:
        """Positions by symbol, decimal, negative when short."""
        talk = self._talk
        return {inst.symbol: qty for inst, qty in zip(talk.run.instruments, talk.positions)}

    @property
    def orders(self) -> Sequence[Order]:
        """Own orders that are not finished, oldest first."""
        return list(self._talk.orders.values())

    @property
    def bar_series(self) -> tuple[BarSeries, ...]:
        """Bars that the run builds for this strategy, one entry an instrument and kind; their ``counts`` are known in ``on_stop``."""
        return self._talk.bar_series

    @property
    def x(self) -> FeatureRow:
        """The features as they came with this request; a row of its own each time."""
        return self._talk.x

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those that the strategy subscribed to."""
        return self._talk.run.instruments

    def instrument(self, symbol: str | None = None) -> Instrument:
        """By symbol; without one, the only one."""
        return self._inst(symbol)

    def ticks(self, px: float, inst: Instrument | str | None = None) -> float:
        """A decimal price in ticks; see ``Instrument.ticks``."""
        return self._inst(inst).ticks(px)

    def price(self, ticks: float, inst: Instrument | str | None = None) -> float:
        """Ticks as a decimal price."""
        return self._inst(inst).price(ticks)

    def round_price(self, px: float, rounding: Rounding = "nearest", inst: Instrument | str | None = None) -> float:
        """``px`` on the tick: the next one ``"down"`` or ``"up"``, or the ``"nearest"``."""
        return self._inst(inst).round_price(px, rounding)

    # -- orders

    def buy(
        self,
        qty: float,
        px: float | None = None,
        *,
        inst: Instrument | str | None = None,
        tif: TimeInForce | None = None,
        post_only: bool = False,
        **terms: Unpack[OrderTerms],
    ) -> Order:
        """Sends a buy order: limit at ``px``, market without.

        ``tif``: ``GTC`` by default, ``IOC`` for market orders. ``post_only``: expires rather than takes. ``terms``: any of
        ``OrderTerms``: ``type stop_px trail_px trail_fraction reduce_only all_or_none hidden display expires tag client_id``.
        The order is ``pending`` until the answer comes with a later request; one that makes no sense is ``rejected`` then.
        """
        return self._submit(_BUY, qty, px, inst, tif, post_only, terms)

    def sell(
        self,
        qty: float,
        px: float | None = None,
        *,
        inst: Instrument | str | None = None,
        tif: TimeInForce | None = None,
        post_only: bool = False,
        **terms: Unpack[OrderTerms],
    ) -> Order:
        """Sends a sell order; everything else is as for ``buy``. ``qty`` is above 0."""
        return self._submit(_SELL, qty, px, inst, tif, post_only, terms)

    def _submit(
        self,
        side: int,
        qty: float,
        px: float | None,
        inst: Instrument | str | None,
        tif: TimeInForce | None,
        post_only: bool,
        terms: OrderTerms,
    ) -> Order:
        talk = self._talk
        instrument = self._inst(inst)
        try:
            qty_lots = instrument.lots(qty)
            price_ticks = None if px is None else instrument.ticks(px)
        except (TypeError, ValueError):
            raise TypeError(f"qty {qty!r} or px {px!r} is no number") from None
        flags = _TIF_FLAGS.get(tif)
        if flags is None:
            raise ValueError(f"tif {tif!r} is not one of {', '.join(TIMES_IN_FORCE)}")
        if post_only:
            flags |= 1
        wire_terms = _wire_terms(terms, instrument, talk.run.origin) if terms else None
        return self._send(side, instrument, qty_lots, price_ticks, flags, post_only, tif, terms, wire_terms)

    def _send(
        self,
        side: int,
        inst: Instrument,
        qty_lots: float,
        price_ticks: float | None,
        flags: int,
        post_only: bool = False,
        tif: TimeInForce | None = None,
        terms: OrderTerms | None = None,
        wire_terms: dict[str, Any] | None = None,
    ) -> Order:
        talk = self._talk
        id = talk.next_id
        if wire_terms is None:
            talk.add((_SUBMIT, id, inst.index, side, qty_lots, price_ticks, flags))
        else:
            talk.add((_SUBMIT, id, inst.index, side, qty_lots, price_ticks, flags, wire_terms))
        talk.next_id = id + 1
        ticks = math.nan if price_ticks is None else price_ticks
        order = Order(id, inst, 1 if side == _BUY else -1, qty_lots, ticks, post_only, tif, terms, talk.now)
        talk.orders[id] = order
        return order

    def cancel(self, order: Order) -> None:
        """Asks to cancel. Answered by ``cancelled``, or ``cancelRejected`` when it came too late (``on_order``)."""
        self._talk.add((_CANCEL, order.id))
        self._talk.expect_answer(order)

    def cancel_all(self, inst: Instrument | str | None = None) -> None:
        """Cancels, in one message, every own order (of ``inst``, or all) that is not finished and has no request on its way."""
        talk = self._talk
        only = None if inst is None else self._inst(inst)
        talk.add((_CANCEL_ALL, None if only is None else only.index))
        for order in talk.orders.values():
            if order.requests_pending == 0 and (only is None or order.inst is only):
                order.requests_pending = 1

    def amend(
        self, order: Order, *, px: float | None = None, qty: float | None = None, stop_px: float | None = None
    ) -> None:
        """Asks to change price, whole quantity (filled part included) and/or stop price; what is left out stays.

        Answered by ``modified`` or ``modifyRejected``. Less quantity at the same price keeps its place in the queue.
        """
        inst = order.inst
        self._talk.add(
            (
                _MODIFY,
                order.id,
                None if px is None else inst.ticks(px),
                None if qty is None else inst.lots(qty),
                None if stop_px is None else inst.ticks(stop_px),
            )
        )
        self._talk.expect_answer(order)

    def target(self, qty: float, inst: Instrument | str | None = None) -> Order | None:
        """Sends a market order for what is missing to a position of ``qty`` (signed), counting all working orders as filled.

        ``None`` where nothing is missing. A ``qty`` that is not on the lot makes an order that is rejected: see
        ``Instrument.round_qty``.
        """
        talk = self._talk
        instrument = self._inst(inst)
        has: float = round(talk.positions[instrument.index] * instrument.lots_per_unit)
        for order in talk.orders.values():
            if order.inst is instrument and not order.finished:
                has += order.side * order.leaves_lots
        missing = instrument.lots(qty) - has
        if missing == 0:
            return None
        return self._send(_BUY if missing > 0 else _SELL, instrument, abs(missing), None, 0)

    def quote(
        self,
        bid: tuple[float, float] | None = None,
        ask: tuple[float, float] | None = None,
        inst: Instrument | str | None = None,
    ) -> None:
        """Keeps one post-only order a side where it is wanted; call it at each decision.

        ``bid``, ``ask``: (price, quantity), or ``None`` for no order on that side; a NaN price is ``None``, too. **Prices are
        rounded to the tick: bids down, asks up**; quantities are not. An order with the right price and quantity (the whole
        one, filled part included) stays, and so does its place in the queue. Another one is cancelled, and the new one is
        sent by the first ``quote`` after the cancel was answered: there are never two orders on a side, and never a request
        to an order that has one on its way.
        """
        instrument = self._inst(inst)
        self._keep(_BUY, instrument, bid)
        self._keep(_SELL, instrument, ask)

    def _keep(self, side: int, inst: Instrument, wanted: tuple[float, float] | None) -> None:
        slot = (inst.index, side)
        order = self._quotes.get(slot)
        ticks = math.nan
        lots = 0.0
        if wanted is not None:
            ticks = rounded(inst.ticks(wanted[0]), "down" if side == _BUY else "up")
            lots = inst.lots(wanted[1])
        if order is not None and not order.finished:
            if order.answered and (order.price_ticks != ticks or order.qty_lots != lots):
                self.cancel(order)
        elif ticks == ticks:
            self._quotes[slot] = self._send(side, inst, lots, ticks, 1, True)

    def together(self) -> Together:
        """``with self.together():`` what is sent inside arrives at the venue as one message."""
        return Together(self._talk)

    # -- timers, log, metrics

    def set_timer(
        self,
        name: str,
        *,
        every: str | int | None = None,
        at: int | None = None,
        after: str | int | None = None,
        first: int | None = None,
    ) -> None:
        """Calls ``on_timer`` at a simulated time. A name is one timer: setting it again replaces the old one.

        ``every``: a period such as ``"1h"``, or whole ns; the first time at ``first`` (ns since 1970 UTC; by default one period
        from now). ``at``: once, ns since 1970 UTC, not before now. ``after``: once, a duration from now.
        """
        talk = self._talk
        if (every is not None) + (at is not None) + (after is not None) != 1:
            raise ValueError(f"timer {name!r}: give one of every, at and after")
        if first is not None and every is None:
            raise ValueError(f"timer {name!r}: first goes with every")
        if every is not None:
            talk.add((_EVERY, _name(name), duration_ns(every), None if first is None else self._later(name, first)))
        else:
            at_ns = talk.now + duration_ns(after) if after is not None else at
            talk.add((_AT, _name(name), self._later(name, at_ns)))

    def _later(self, name: str, time: Any) -> float:
        talk = self._talk
        epoch_ns = _epoch_ns(f"time of timer {name!r}", time)
        if epoch_ns < talk.now:
            raise ValueError(f"timer {name!r}: {epoch_ns} ns lies before now ({talk.now} ns)")
        return float(epoch_ns - talk.run.origin)

    def clear_timer(self, name: str) -> None:
        """Ends the timer of this name; no effect when there is none."""
        self._talk.add((_CLEAR_TIMER, _name(name)))

    def log(self, text: str) -> None:
        """Writes a line to the run's log with the simulated time."""
        self._talk.add((_LOG, str(text)))

    def metric(self, name: str, value: float) -> None:
        """Records a value of the strategy's own under this name; the run folder keeps the series."""
        self._talk.add((_METRIC, _name(name), float(value)))

    def _inst(self, inst: Instrument | str | None) -> Instrument:
        instruments = self._talk.run.instruments
        if inst is None:
            if len(instruments) == 1:
                return instruments[0]
            symbols = ", ".join(known.symbol for known in instruments)
            raise ValueError(f"this strategy has {len(instruments)} instruments ({symbols}): say which one, with inst=")
        if isinstance(inst, Instrument):
            return inst
        if isinstance(inst, str):
            return find_instrument(instruments, inst)
        raise TypeError(f"inst {inst!r} is neither an Instrument nor a symbol")


class Together:
    """See ``Trader.together``. One inside another is part of it."""

    def __init__(self, conversation: Conversation) -> None:
        self._talk = conversation
        self._outer = False

    def __enter__(self) -> None:
        talk = self._talk
        self._outer = not talk.together
        if self._outer:
            talk.add((_TOGETHER,))
            talk.together = True
            talk.reserve(1, _APART_BYTES)  # the end must not fail

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outer:
            talk = self._talk
            talk.together = False
            talk.reserve(-1, -_APART_BYTES)
            talk.add((_APART,))


def _name(name: str) -> str:
    if not isinstance(name, str) or not name:
        raise TypeError(f"name {name!r} is no text, or empty")
    return name


def _wire_terms(terms: OrderTerms, inst: Instrument, origin: int) -> dict[str, Any]:
    """As the submit operation has them. Raises ``TypeError`` for an unknown one, naming it and those there are."""
    wire: dict[str, Any] = {}
    for name, value in terms.items():
        if value is None:
            continue
        match name:
            case "type":
                if value not in ORDER_TYPES:
                    raise ValueError(f"type {value!r} is not one of {', '.join(ORDER_TYPES)}")
                wire["type"] = ORDER_TYPES.index(str(value))
            case "stop_px":
                wire["stopTicks"] = inst.ticks(_number(name, value))
            case "trail_px":
                wire["trailTicks"] = inst.ticks(_number(name, value))
            case "trail_fraction":
                wire["trailFraction"] = _number(name, value)
            case "reduce_only":
                wire["reduceOnly"] = bool(value)
            case "all_or_none":
                wire["allOrNone"] = bool(value)
            case "hidden":
                wire["hidden"] = bool(value)
            case "display":
                wire["displayLots"] = inst.lots(_number(name, value))
            case "expires":
                wire["expiresNs"] = float(_epoch_ns(name, value) - origin)
            case "tag":
                wire["tag"] = _number(name, value)
            case "client_id":
                wire["clientId"] = str(value)
            case _:
                known = ", ".join(OrderTerms.__annotations__)
                raise TypeError(f"order term {name!r} is not known; there are {known}")
    return wire


def _epoch_ns(name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is no whole number of ns since 1970 UTC") from None


def _number(name: str, value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"{name} {value!r} is no number") from None

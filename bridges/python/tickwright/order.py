"""An own order as the strategy knows it, and what can be said of one when it is sent.

Knows nothing of the wire but its codes. Made by the order methods, changed by the conversation as answers arrive.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from .instrument import Instrument
from .layout import ORDER_STATUSES

OrderType = Literal["limit", "market", "stop", "stopLimit", "trailingStop", "limitIfTouched", "marketIfTouched"]
TimeInForce = Literal["GTC", "IOC", "FOK", "GTD", "DAY", "atOpen", "atClose"]

_FIRST_FINISHED = ORDER_STATUSES.index("filled")
_PENDING = ORDER_STATUSES.index("pending")


class OrderTerms(TypedDict, total=False):
    """What only some orders have; everything may be left out.

    ``type``: by default ``limit`` with a price, ``market`` without. ``stop_px``: price that sets off stop, stop-limit and
    if-touched orders. ``trail_px`` (distance as a price) or ``trail_fraction`` (0 to 1) of trailing stops. ``reduce_only``:
    never opens or enlarges a position. ``all_or_none``: fills at once or not at all, but may wait. ``hidden``: not displayed.
    ``display``: iceberg, the quantity displayed at a time. ``expires``: for ``GTD``, int ns since 1970 UTC. ``tag``: a number of
    your own. ``client_id``: a name of your own, unique in the run.
    """

    type: OrderType
    stop_px: float
    trail_px: float
    trail_fraction: float
    reduce_only: bool
    all_or_none: bool
    hidden: bool
    display: float
    expires: int
    tag: float
    client_id: str


class Order:
    """An own order. It stays valid after its end; the package keeps it up to date until then.

    ``id``: 1, 2, 3 … in the order of sending. ``inst``: its instrument. ``side``: +1 buy, -1 sell. ``post_only``, ``tif``
    (``None`` = the default: GTC, IOC for market orders) and ``terms``: as given. ``price_ticks`` (NaN for none), ``qty_lots``,
    ``leaves_lots``, ``filled_lots``: in ticks and lots; ``px``, ``qty``, ``leaves``, ``filled``: the same as decimals.
    ``sent_at``: simulated time of sending, ns since 1970 UTC. ``requests_pending``: cancels and amends without an answer.
    ``reason``: why it was refused or ended, ``""`` if for no special reason.

    All fields show what has arrived by ``now``: events that come with one request are all applied before any handler runs.
    """

    __slots__ = (
        "id", "inst", "side", "post_only", "tif", "terms", "price_ticks", "qty_lots", "leaves_lots", "filled_lots",
        "status_code", "requests_pending", "reason", "sent_at",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        inst: Instrument,
        side: int,
        qty_lots: float,
        price_ticks: float,
        post_only: bool,
        tif: TimeInForce | None,
        terms: OrderTerms | None,
        sent_at: int,
    ) -> None:
        self.id = id
        self.inst = inst
        self.side = side
        self.qty_lots = qty_lots
        self.price_ticks = price_ticks
        self.post_only = post_only
        self.tif = tif
        self.terms = terms
        self.leaves_lots = qty_lots
        self.filled_lots = 0.0
        self.status_code = 0
        self.requests_pending = 0
        self.reason = ""
        self.sent_at = sent_at

    @property
    def px(self) -> float:
        """Limit price, quote currency; NaN for orders that take any."""
        return self.price_ticks / self.inst.ticks_per_unit

    @property
    def qty(self) -> float:
        """Whole quantity, filled part included."""
        return self.qty_lots / self.inst.lots_per_unit

    @property
    def leaves(self) -> float:
        """What may still fill; 0 once finished."""
        return self.leaves_lots / self.inst.lots_per_unit

    @property
    def filled(self) -> float:
        """What has filled."""
        return self.filled_lots / self.inst.lots_per_unit

    @property
    def status(self) -> str:
        """``pending`` (sent, no answer yet), ``open``, ``filled``, ``cancelled``, ``rejected`` or ``expired``."""
        return ORDER_STATUSES[self.status_code]

    @property
    def finished(self) -> bool:
        """Filled, cancelled, rejected or expired: nothing more can happen to it."""
        return self.status_code >= _FIRST_FINISHED

    @property
    def request_pending(self) -> bool:
        """A cancel or an amend is on its way."""
        return self.requests_pending > 0

    @property
    def answered(self) -> bool:
        """The venue has answered everything that was sent about it: the order itself, its cancels and amends."""
        return self.status_code != _PENDING and self.requests_pending == 0

    def __repr__(self) -> str:
        side = "buy" if self.side > 0 else "sell"
        return f"Order({self.id}, {side} {self.leaves}/{self.qty} {self.inst.symbol} @ {self.px}, {self.status})"

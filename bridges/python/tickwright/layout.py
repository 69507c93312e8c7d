"""The numbers and names of the wire, equal to the layout of PROTOCOL.md and to the simulator's.

Knows nothing of strategies or streams. Used by everything that reads or writes frames.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

PROTOCOL_VERSION: Final = 1

HELLO: Final = 1
WELCOME: Final = 2
READY: Final = 3
ERROR: Final = 5
DECIDE: Final = 16
ACTIONS: Final = 17
STOP: Final = 18
RESET: Final = 19
TAPE: Final = 24
FRAME_TYPES: Final = frozenset((HELLO, WELCOME, READY, ERROR, DECIDE, ACTIONS, STOP, RESET, TAPE))

LAYOUT: Final[dict[str, object]] = {
    "account": ["funding", "borrow", "interest", "dividend", "split", "expiry", "delisting", "liquidation"],
    "events": ["start", "timer", "order", "account", "rows", "bars", "book", "series"],
    "kinds": [
        "", "trade", "depth", "depthClear", "quote", "orderAdd", "orderModify", "orderCancel", "orderExecute",
        "bar", "funding", "status", "custom", "split", "dividend", "mark",
    ],
    "operations": [
        "submit", "cancel", "modify", "cancelAll", "log", "metric", "every", "at", "clearTimer", "together", "apart",
    ],
    "orderEvents": [
        "submitted", "accepted", "rejected", "filled", "expired", "cancelRequested", "cancelled", "cancelRejected",
        "modifyRequested", "modified", "modifyRejected", "triggered", "restated",
    ],
    "orderStatus": ["pending", "open", "filled", "cancelled", "rejected", "expired"],
    "orderTypes": [
        "limit", "market", "stop", "stopLimit", "trailingStop", "limitIfTouched", "marketIfTouched",
    ],
    "sides": ["none", "buy", "sell"],
    "state": ["now:i8", "cash:f8", "equity:f8", "fees:f8"],
    "tables": {
        "asks": ["px:f8", "qty:f8"],
        "bars": [
            "local:f8", "exchange:f8", "open:f8", "high:f8", "low:f8", "close:f8", "volume:f8", "vwap:f8",
            "trades:f8", "start:f8", "end:f8", "inst:u2", "series:u2",
        ],
        "bids": ["px:f8", "qty:f8"],
        "rows": ["local:f8", "exchange:f8", "px:f8", "qty:f8", "inst:u2", "kind:u1", "side:u1"],
    },
    "timeInForce": ["GTC", "IOC", "FOK", "GTD", "DAY", "atOpen", "atClose"],
    "version": PROTOCOL_VERSION,
}


def _names(key: str) -> tuple[str, ...]:
    names = LAYOUT[key]
    assert isinstance(names, list)
    return tuple(names)


ACCOUNT_EVENTS: Final = _names("account")
EVENTS: Final = _names("events")
KINDS: Final = _names("kinds")
OPERATIONS: Final = _names("operations")
ORDER_EVENTS: Final = _names("orderEvents")
ORDER_STATUSES: Final = _names("orderStatus")
ORDER_TYPES: Final = _names("orderTypes")
TIMES_IN_FORCE: Final = _names("timeInForce")

LAYOUT_TEXT: Final = json.dumps(LAYOUT, sort_keys=True, separators=(",", ":"))
"""The layout as canonical JSON: keys sorted, no white space."""

SCHEMA: Final = hashlib.sha256(LAYOUT_TEXT.encode()).hexdigest()[:16]
"""The first 16 hex digits of the SHA-256 of the canonical layout."""

"""The market maker of bench/workloads.ts (class Quoting), rule by rule, on hftbacktest.

Reads one job as JSON from the command line, prints one answer as JSON. Compiled before it is timed. Started by
bench/peers.ts in a virtual environment of its own.
"""

import json
import statistics
import sys
import time

import numpy as np
from hftbacktest import (
    GTX,
    LIMIT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.order import CANCELED, EXPIRED, FILLED, REJECTED
from numba import njit

NO_BID = np.iinfo(np.int64).min
NO_ASK = np.iinfo(np.int64).max


@njit
def kept(hbt, asset, orders, order_id, price_tick, keep_ticks):
    """The order's id when it still takes its place, else 0; asks to cancel it when it is too far from the price."""
    if order_id == 0:
        return 0
    order = orders.get(order_id)
    if order is None:
        return 0
    status = order.status
    if status == FILLED or status == CANCELED or status == EXPIRED or status == REJECTED:
        return 0
    if order.cancellable and abs(order.price_tick - price_tick) > keep_ticks:
        hbt.cancel(asset, order_id, False)
    return order_id


@njit
def quote(hbt, assets, tick_size, lot_size, look_ns, most_lots, keep_ticks):
    bids = np.zeros(assets, np.int64)
    asks = np.zeros(assets, np.int64)
    next_id = 1
    while hbt.elapse(look_ns) == 0:
        for asset in range(assets):
            depth = hbt.depth(asset)
            bid_tick = depth.best_bid_tick
            ask_tick = depth.best_ask_tick
            if bid_tick == NO_BID or ask_tick == NO_ASK or bid_tick >= ask_tick:
                continue
            orders = hbt.orders(asset)
            lot = lot_size[asset]
            position_lots = round(hbt.position(asset) / lot)
            bids[asset] = kept(hbt, asset, orders, bids[asset], bid_tick, keep_ticks)
            if bids[asset] == 0 and position_lots < most_lots:
                hbt.submit_buy_order(asset, next_id, bid_tick * tick_size[asset], lot, GTX, LIMIT, False)
                bids[asset] = next_id
                next_id += 1
            asks[asset] = kept(hbt, asset, orders, asks[asset], ask_tick, keep_ticks)
            if asks[asset] == 0 and position_lots > -most_lots:
                hbt.submit_sell_order(asset, next_id, ask_tick * tick_size[asset], lot, GTX, LIMIT, False)
                asks[asset] = next_id
                next_id += 1
            # Finished orders stay in its table until told to go; the table would grow without end.
            hbt.clear_inactive_orders(asset)
    return next_id - 1


def built(job, data):
    assets = []
    for spec, rows in zip(job["instruments"], data):
        asset = (
            BacktestAsset()
            .data(rows)
            .linear_asset(1.0)
            .constant_order_latency(job["latencyNs"], job["latencyNs"])
            .power_prob_queue_model(job["queueExponent"])
            .no_partial_fill_exchange()
            .trading_value_fee_model(job["makerRate"], job["takerRate"])
            .tick_size(spec["tick"])
            .lot_size(spec["lot"])
            .last_trades_capacity(0)
        )
        if job["depth"] == "ROIVector":
            asset = asset.roi_lb(spec["lowTick"] * spec["tick"]).roi_ub(spec["highTick"] * spec["tick"])
        assets.append(asset)
    return ROIVectorMarketDepthBacktest(assets) if job["depth"] == "ROIVector" else HashMapMarketDepthBacktest(assets)


def replayed(job, data):
    tick_size = np.array([spec["tick"] for spec in job["instruments"]])
    lot_size = np.array([spec["lot"] for spec in job["instruments"]])
    hbt = built(job, data)
    cpu = time.process_time()
    start = time.perf_counter()
    orders = quote(hbt, len(data), tick_size, lot_size, job["lookNs"], job["mostLots"], job["keepTicks"])
    wall_ms = (time.perf_counter() - start) * 1000
    cpu_ms = (time.process_time() - cpu) * 1000
    bids, asks, positions, fills = [], [], [], 0
    for asset in range(len(data)):
        depth = hbt.depth(asset)
        bids.append(None if depth.best_bid_tick == NO_BID else int(depth.best_bid_tick))
        asks.append(None if depth.best_ask_tick == NO_ASK else int(depth.best_ask_tick))
        positions.append(round(hbt.position(asset) / lot_size[asset]))
        fills += int(hbt.state_values(asset).num_trades)
    hbt.close()
    outcome = {"orders": int(orders), "fills": fills, "bids": bids, "asks": asks, "positions": positions}
    return {"wallMs": wall_ms, "cpuMs": cpu_ms, "outcome": outcome}


def main():
    job = json.loads(sys.argv[1])
    data = [np.load(spec["file"]) for spec in job["instruments"]]
    runs = [replayed(job, data) for _ in range(job["warmups"] + job["runs"])]
    for run in runs:
        if run["outcome"] != runs[0]["outcome"]:
            raise SystemExit(f"two replays came to different ends: {run['outcome']}, {runs[0]['outcome']}")
    measured = runs[job["warmups"] :]
    answer = {
        "wallMs": statistics.median(run["wallMs"] for run in measured),
        "cpuMs": statistics.median(run["cpuMs"] for run in measured),
        "outcome": runs[0]["outcome"],
    }
    print(json.dumps(answer))


main()

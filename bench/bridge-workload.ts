/** What the bridge bench sends with each decision. Called by the bench and by the run it starts. */

export const FEATURES = [
  ...['mid', 'bid', 'ask', 'spread', 'microprice', 'bid_qty', 'ask_qty', 'imbalance_5'],
  ...['ofi_1s', 'signed_volume_1s', 'volume_1s', 'trades_1s', 'volatility_1s', 'return_1s', 'inventory', 'time_of_day'],
];

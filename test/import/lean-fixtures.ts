/** The LEAN folder of test/fixtures/import/lean as text: what the committed files were made of. Called by the lean tests. */

/** By place in the folder; those that end with `.zip` are packed. */
export const FILES: Readonly<Record<string, string>> = {
  // The Friday before a split of seven for one and the Monday after; New York, prices in 0.0001.
  'equity/usa/minute/abc/20140606_trade.zip': [
    '34200000,6500000,6510000,6490000,6505000,1200',
    '34260000,6505000,6505000,6500000,6500000,700',
    '57540000,6460000,6460000,6450000,6455000,300',
  ].join('\r\n'),
  'equity/usa/minute/abc/20140609_trade.zip': '34200000,927000,930000,926000,928000,9000\n',
  'equity/usa/minute/abc/20140609_quote.zip': [
    '34200000,926900,929000,925900,927900,500,927100,930100,926100,928100,400',
    '34260000,,,,,,928200,928300,928100,928200,100',
  ].join('\n'),
  'equity/usa/factor_files/abc.csv': [
    '19980102,0.9,0.1428571,1',
    '20140606,0.995,0.1428571,645.50',
    '20140807,0.995,1,94.48',
    '20501231,1,1,0',
  ].join('\n'),
  'equity/usa/map_files/abc.csv': '19980102,old\n20140530,old\n20140609,abc,Q\n',
  'equity/usa/daily/abc.zip':
    '20140606 00:00,6500000,6520000,6440000,6455000,87484600\n20140609 00:00,927000,938800,917500,937000,75414900\n',
  'equity/usa/tick/abc/20140609_trade.zip': [
    '34200000.123,927000,100,Q,0,0',
    '34200000.125,9270000,100,D,80000000,1',
    '34200000.25,927100,0,Q,0,0',
  ].join('\n'),
  'crypto/coinbase/tick/btcusd/20180404_quote.zip': '1000,7400.01,0.5,7400.02,0.25\n2000.5,7400.03,0.5,7400.02,0.25\n',
  'crypto/coinbase/hour/btcusd_trade.zip': '20180404 23:00,7400.01,7410,7399.5,7405,12.5\n',
  'forex/oanda/minute/eurusd/20140502_quote.zip':
    '3600000,1.3866,1.3867,1.3865,1.3866,0,1.3867,1.3868,1.3866,1.3867,0\n',
};

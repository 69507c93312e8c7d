import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  FrameType,
  layoutDifference,
  schemaHash,
  WIRE_LAYOUT,
  WIRE_LAYOUT_TEXT,
  WIRE_SCHEMA,
} from '../../bridges/python/wire-layout.js';

const page = fs.readFileSync(new URL('../../bridges/python/PROTOCOL.md', import.meta.url), 'utf8');

describe('the wire layout', () => {
  it('is the one that PROTOCOL.md states', () => {
    const stated = /## Layout\s+```json\n([\s\S]*?)```/.exec(page)![1]!;
    expect(canonicalJson(JSON.parse(stated))).toBe(WIRE_LAYOUT_TEXT);
  });

  it('has the frame types that PROTOCOL.md states', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\| ([A-Z]+) +\|/gm)].map(([, code, name]) => [
      name!.toLowerCase(),
      Number(code),
    ]);
    expect(Object.fromEntries(rows)).toEqual(FrameType);
  });

  it('is written with sorted keys and without white space, and hashed', () => {
    expect(canonicalJson({ b: [1, 'x', { d: null, c: true }], a: {} })).toBe(
      '{"a":{},"b":[1,"x",{"c":true,"d":null}]}',
    );
    expect(WIRE_SCHEMA).toMatch(/^[0-9a-f]{16}$/);
    // sha256 of the empty text
    expect(schemaHash('')).toBe('e3b0c44298fc1c14');
  });

  it('says in one line where another layout differs', () => {
    const sides = { ...WIRE_LAYOUT, sides: ['none', 'sell', 'buy'], tables: { asks: [] } };
    expect(layoutDifference(WIRE_LAYOUT_TEXT)).toBe('');
    expect(layoutDifference(canonicalJson({ ...WIRE_LAYOUT, version: 2, more: 1 }))).toBe(
      'version: 1 here, 2 there; more: 1 there, not here',
    );
    expect(layoutDifference(canonicalJson(sides))).toBe(
      'sides[1]: "buy" here, "sell" there; sides[2]: "sell" here, "buy" there; ' +
        'tables.asks[0]: "px:f8" here, not there; tables.asks[1]: "qty:f8" here, not there; ' +
        'tables.bars: ["local:f8","exchange:f8","open:f8","high:f8","low:f8","clo… here, not there; and 2 more',
    );
    expect(layoutDifference('{"a"')).toBe('its layout is no JSON: "{\\"a\\""');
    expect(layoutDifference('3')).toMatch(/^layout: \{.*… here, 3 there$/);
  });
});

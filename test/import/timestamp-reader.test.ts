/** Times as text against the plain arithmetic of BigInt and Date. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimestampReader, type TimeUnit } from '../../bridges/import/timestamp-reader.js';
import { dateSeconds, Zone } from '../../bridges/import/zoned-time.js';

function epochOf(reader: TimestampReader, text: string): bigint {
  reader.read(text);
  return BigInt(reader.seconds) * 1_000_000_000n + BigInt(reader.nanos);
}

describe('TimestampReader', () => {
  it('reads counts of every unit exactly, with and without decimals', () => {
    const places = { s: 0, ms: 3, us: 6, ns: 9 } as const;
    const epoch = fc.bigInt({ min: -(10n ** 18n), max: 2n ** 62n });
    const property = fc.property(epoch, fc.constantFrom('s', 'ms', 'us', 'ns' as const), (epochNs, unit) => {
      const decimals = 9 - places[unit as keyof typeof places];
      const digits = String(epochNs < 0n ? -epochNs : epochNs).padStart(decimals + 1, '0');
      const whole = digits.slice(0, digits.length - decimals);
      const text = `${epochNs < 0n ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`;
      expect(epochOf(new TimestampReader(unit as TimeUnit), text)).toBe(epochNs);
    });
    fc.assert(property, { numRuns: 2_000, seed: 1 });
  });

  it('reads digits alone as it reads them with a point behind', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map(String);
    const padded = fc.tuple(digits, fc.integer({ min: 1, max: 19 })).map(([text, width]) => text.padStart(width, '0'));
    const property = fc.property(padded, fc.constantFrom('ms', 'us', 'ns' as const), (text, unit) => {
      const reader = new TimestampReader(unit as TimeUnit);
      expect(epochOf(reader, text)).toBe(epochOf(reader, `${text}.`));
    });
    fc.assert(property, { numRuns: 5_000, seed: 3 });
  });

  it('reads int64 counts in two words exactly, or leaves them to their text', () => {
    const nanosOf = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n } as const;
    const far = 2n ** 32n * 1_000_000_000n;
    const count = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -far, max: far }),
      fc
        .tuple(fc.bigInt({ min: -(2n ** 32n), max: 2n ** 32n }), fc.constantFrom(-1n, 0n, 1n))
        .map(([s, off]) => s * 10n ** 9n + off),
      fc.bigInt({ min: -(2n ** 33n), max: 2n ** 53n }),
    );
    let left = 0;
    const property = fc.property(count, fc.constantFrom('s', 'ms', 'us', 'ns' as const), (value, unit) => {
      const reader = new TimestampReader(unit as TimeUnit);
      const nanos = value * nanosOf[unit as keyof typeof nanosOf];
      const read = reader.readWords(Number(value >> 32n), Number(value & 0xffff_ffffn));
      if (read) expect(BigInt(reader.seconds) * 1_000_000_000n + BigInt(reader.nanos)).toBe(nanos);
      else left++;
      if (read) expect(reader.nanos >= 0 && reader.nanos < 1e9).toBe(true);
      const near = nanos > -far + 10n ** 9n && nanos < far - 10n ** 9n;
      if (near && (unit === 'ns' || (value < 2n ** 53n && value > -(2n ** 53n)))) expect(read).toBe(true);
    });
    fc.assert(property, { numRuns: 50_000, seed: 9 });
    expect(left).toBeGreaterThan(1_000);
    expect(new TimestampReader('iso').readWords(0, 0)).toBe(false);
  });

  it('reads ISO 8601 as the Date of JavaScript does, to the ns', () => {
    const property = fc.property(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 999_999 }),
      (date, below) => {
        const text = date.toISOString().replace('Z', `${String(below).padStart(6, '0')}Z`);
        expect(epochOf(new TimestampReader('iso'), text)).toBe(BigInt(date.getTime()) * 1_000_000n + BigInt(below));
      },
    );
    fc.assert(property, { numRuns: 1_000, seed: 2 });
  });

  it('knows offsets, zones, the compact form and the comma', () => {
    const iso = new TimestampReader('iso');
    const wanted = BigInt(Date.UTC(2024, 7, 8, 21, 54, 16, 298)) * 1_000_000n;
    for (const text of [
      '2024-08-08T23:54:16.298+02:00',
      '2024-08-08 16:24:16.298 -0530',
      '20240808T215416.298Z',
      '2024/08/08 21:54:16,298 UTC',
      '2024.08.08 22:54:16.298000000000+01',
    ]) {
      expect(epochOf(iso, text), text).toBe(wanted);
    }
    expect(epochOf(new TimestampReader('iso', 'Europe/Berlin'), '2024-08-08 23:54:16.298')).toBe(wanted);
    expect(epochOf(new TimestampReader('iso', 'Asia/Kolkata'), '2024-08-09')).toBe(
      BigInt(Date.UTC(2024, 7, 8, 18, 30)) * 1_000_000n,
    );
  });

  it('refuses what it cannot know', () => {
    const iso = new TimestampReader('iso');
    for (const [text, message] of [
      ['2024-08-08 23:54:16', 'has no UTC offset and the mapping names no zone'],
      ['2023-02-29T00:00:00Z', 'is no time of the calendar'],
      ['2024-08-08T24:00:00Z', 'is no time of the calendar'],
      ['08/08/2024', 'is not an ISO 8601 time'],
      ['2024-08-08T00:00:00.1234567891Z', 'is not an ISO 8601 time'],
    ]) {
      expect(() => iso.read(text!), text).toThrow(message!);
    }
    expect(() => new TimestampReader('iso', 'Europe/Atlantis')).toThrow('there is no time zone "Europe/Atlantis"');
  });
});

describe('Zone', () => {
  const newYork = new Zone('America/New_York');
  const wall = (text: string) => Date.parse(`${text}Z`) / 1000;

  it('follows daylight saving to the second', () => {
    expect(newYork.toUtc(wall('2024-03-10T01:59:59'))).toBe(wall('2024-03-10T06:59:59'));
    expect(newYork.toUtc(wall('2024-03-10T03:00:00'))).toBe(wall('2024-03-10T07:00:00'));
    expect(newYork.toUtc(wall('2024-11-03T00:59:59'))).toBe(wall('2024-11-03T04:59:59'));
    expect(newYork.toUtc(wall('2024-11-03T02:00:00'))).toBe(wall('2024-11-03T07:00:00'));
    expect(newYork.toUtc(dateSeconds('2012-06-21'))).toBe(wall('2012-06-21T04:00:00'));
    expect(new Zone('Australia/Lord_Howe').toUtc(wall('2024-04-07T01:29:59'))).toBe(wall('2024-04-06T14:29:59'));
  });

  it('refuses an hour that the clock skipped or showed twice', () => {
    expect(() => newYork.toUtc(wall('2024-03-10T02:30:00'))).toThrow(
      '2024-03-10T02:30 was skipped in America/New_York',
    );
    expect(() => newYork.toUtc(wall('2024-11-03T01:30:00'))).toThrow('2024-11-03T01:30 came twice in America/New_York');
  });
});

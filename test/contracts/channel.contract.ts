/** What every channel must do, whatever its bytes travel by. Called by the tests of the channels, with real peers. */
import { afterEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import type { Channel, Deadlines } from '../../bridges/python/channel.js';
import { packMeta, writeHeader } from '../../bridges/python/frame.js';
import { shakeHands } from '../../bridges/python/handshake.js';
import { FrameType, PROTOCOL_VERSION } from '../../bridges/python/wire-layout.js';
import { request, WELCOME } from '../python/peer.js';

export interface ChannelTrial {
  /** A channel to `test/python/peers/faulty.py` with this fault, before the handshake; `at`: the request at which it shows. */
  open(fault: string, at?: number, deadlines?: Partial<Deadlines>): Promise<Channel>;
  /** What messages call the peer. */
  readonly subject: string;
  /** Whether it can keep deadlines. */
  readonly watches: boolean;
}

export function channelContract(name: string, trial: ChannelTrial): void {
  describe(`Channel: ${name}`, () => {
    let channel: Channel | undefined;
    afterEach(() => channel?.close());

    const greet = async (fault: string, at?: number, deadlines?: Partial<Deadlines>): Promise<Channel> => {
      channel = await trial.open(fault, at, deadlines);
      shakeHands(channel, WELCOME);
      return channel;
    };
    const errorOf = (act: () => unknown): BridgeError => {
      try {
        act();
      } catch (error) {
        if (error instanceof BridgeError) return error;
        throw error;
      }
      throw new Error('nothing was thrown');
    };

    test('carries frames of every size both ways, unchanged', async () => {
      const open = await greet('echo');
      let seq = 0;
      for (const payloadBytes of [0, 8, 160, 65_520, 65_536, 65_544, 1 << 20, 0, 24]) {
        const meta = packMeta(['é', payloadBytes]);
        const metaBytes = seq % 2 === 0 ? 0 : meta.length;
        const at = 16 + ((metaBytes + 7) & ~7);
        const bytes = new Uint8Array(at + payloadBytes);
        writeHeader(bytes, PROTOCOL_VERSION, FrameType.decide, ++seq, metaBytes, payloadBytes);
        if (metaBytes > 0) bytes.set(meta, 16);
        for (let cell = 0; cell < payloadBytes; cell++) bytes[at + cell] = (cell * 31) >> 3;
        const reply = open.exchange(bytes);
        expect([reply.type, reply.seq]).toEqual([FrameType.actions, seq]);
        expect(Buffer.compare(reply.meta, meta.subarray(0, metaBytes))).toBe(0);
        expect(Buffer.compare(reply.payload, bytes.subarray(at))).toBe(0);
      }
      open.exchange(request(++seq, FrameType.stop));
      open.finish();
    });

    test('lets others be asked between a request and its reply', async () => {
      const open = await greet('none');
      const other = await trial.open('none');
      try {
        shakeHands(other, WELCOME);
        for (let seq = 1; seq < 20; seq++) {
          open.send(request(seq));
          other.send(request(seq));
          expect([open.receive().seq, other.receive().seq]).toEqual([seq, seq]);
        }
      } finally {
        other.close();
      }
    });

    test.each([
      ['garbage', 'GARBAGE'],
      ['huge-payload', 'TOO_BIG'],
      ['wrong-seq', 'SEQ'],
      ['wrong-type', 'TYPE'],
      ['exception', 'STRATEGY'],
      ['exit', 'EXIT'],
    ])('ends with %s: %s, names the peer, and is closed then', async (fault, code) => {
      const open = await greet(fault, 1);
      open.send(request(1));
      const error = errorOf(() => open.receive());
      expect(error.code).toBe(code);
      expect(error.message.startsWith(trial.subject)).toBe(true);
      if (code === 'STRATEGY') expect(error.traceback).toContain('in raise_error');
      expect(errorOf(() => open.send(request(2))).message).toBe(`${trial.subject}: the channel is closed`);
      expect(errorOf(() => open.receive()).code).toBe('EXIT');
      expect(errorOf(() => open.finish()).code).toBe('EXIT');
      open.close();
    });

    test('notices an answer too many', async () => {
      const open = await greet('twice', 1);
      open.exchange(request(1));
      expect(errorOf(() => open.exchange(request(2))).code).toBe('SEQ');
    });

    test('brings an error that came behind the last reply, or before it was asked again', async () => {
      for (const waitMs of [0, 200]) {
        const open = await greet('exception-after-reply', 1);
        open.exchange(request(1));
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        expect(errorOf(() => open.exchange(request(2)))).toMatchObject({
          code: 'STRATEGY',
          message: expect.stringMatching(/ValueError: the model is empty$/),
        });
      }
    });

    test('refuses what the peer said in the words of who asked, with its name, and is closed then', async () => {
      const open = await greet('none');
      open.exchange(request(1));
      const error = errorOf(() => open.refuse(new BridgeError('BAD_ACTIONS', 'operation 3 is no list')));
      expect(error).toMatchObject({
        code: 'BAD_ACTIONS',
        message: `${trial.subject}, at request 1: operation 3 is no list`,
      });
      expect(errorOf(() => open.receive()).message).toMatch(/is closed/);
    });

    test('is closed at any time, and more than once', async () => {
      for (const fault of ['no-ready', 'none']) {
        channel = await trial.open(fault);
        channel.close();
        channel.close();
        expect(errorOf(() => channel!.receive()).message).toMatch(/is closed/);
      }
    });

    test.runIf(trial.watches)('keeps deadlines: what was said when it was made, or with the call', async () => {
      const open = await greet('sleep', 2, { firstMs: 30_000, requestMs: 200 });
      open.exchange(request(1));
      const since = performance.now();
      expect(errorOf(() => open.exchange(request(2))).code).toBe('TIMEOUT');
      expect(performance.now() - since).toBeGreaterThanOrEqual(190);
      const other = await greet('sleep', 1, { firstMs: 30_000 });
      expect(errorOf(() => other.exchange(request(1), 100))).toMatchObject({
        code: 'TIMEOUT',
        message: /within 0.1 s/,
      });
      const slow = await greet('drip', 1, { firstMs: 350 });
      expect(errorOf(() => slow.exchange(request(1))).code).toBe('TIMEOUT');
      expect(await greet('no-ready', 1, { startMs: 200 }).catch((error) => error.code)).toBe('START_TIMEOUT');
    });
  });
}

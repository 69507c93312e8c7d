/**
 * A simulator in a process of its own, to be killed: runs one faulty peer, says its process id, and asks until it ends.
 * Called by the fault lab, with the fault, the request at which it shows, and how many requests to make.
 */

import { writeHeader } from '../../../dist/bridges/python/frame.js';
import { shakeHands } from '../../../dist/bridges/python/handshake.js';
import { PipeChannel } from '../../../dist/bridges/python/pipe-channel.js';
import { FrameType, PROTOCOL_VERSION, WIRE_SCHEMA } from '../../../dist/bridges/python/wire-layout.js';

const [python, script, fault, at, requests] = process.argv.slice(2);
const channel = new PipeChannel({ subject: 'strategy "test"', command: python, args: [script, fault, at] });
shakeHands(channel, {
  version: PROTOCOL_VERSION,
  schema: WIRE_SCHEMA,
  run: { name: 'test', seed: 1, originNs: '0' },
  strategy: 'test',
  params: {},
  instruments: [],
  reasons: [],
  limits: {},
});
process.stdout.write(`${channel.pid}\n`);
const bytes = new Uint8Array(16);
for (let seq = 1; seq <= Number(requests); seq++) {
  writeHeader(bytes, PROTOCOL_VERSION, seq < Number(requests) ? FrameType.decide : FrameType.stop, seq, 0, 0);
  channel.exchange(bytes);
}
channel.finish();
process.stdout.write('done\n');

import { afterAll, describe, expect, it } from 'vitest';
import { BridgeError } from '../../bridges/python/bridge-error.js';
import { runText, Workplace } from '../cli/command-line.js';

const place = new Workplace();
afterAll(() => place.remove());

describe('an error of the bridge', () => {
  it('is one line that no terminal obeys', () => {
    expect(new BridgeError('GARBAGE', 'a\nb\x1b[2Jc\u009b').message).toBe('a\\u000ab\\u001b[2Jc\\u009b');
  });

  it('has beneath it what Python wrote and nobody has seen, line by line, and harmless', () => {
    const details = (words: object) => new BridgeError('EXIT', 'x', words).details;
    expect(details({})).toBe('');
    expect(details({ traceback: 'Traceback:\n\tline\n', outputTail: 'epoch 1\r\nepoch 2\n' })).toBe(
      'Traceback:\n\tline\nepoch 1\nepoch 2',
    );
    expect(details({ traceback: 'Traceback', outputTail: 'seen', outputShown: true })).toBe('Traceback');
    expect(details({ outputTail: ' \n' })).toBe('');
    expect(details({ outputTail: 'é\x1b[31m日本' })).toBe('é\ufffd[31m日本');
  });

  it('comes out of the command line whole: the message on a line, its details beneath', async () => {
    await place.run('demo', '--rows', '2000', '--out', 'demo');
    place.write(
      'raises.mjs',
      `export default {
        name: 'raises', params: { safeParse: (data) => ({ success: true, data }) },
        create: () => ({ onStart() { throw Object.assign(new Error('ValueError: no\\nmodel'), { details: 'Traceback:\\n  line 3\\n' }); } }),
      };`,
    );
    place.write('run.yaml', runText('  - use: ./raises.mjs').replace('market.parquet', 'demo/market.parquet'));
    const { code, stderr } = await place.run('run', 'run.yaml', '--out', 'failed');
    expect(code).toBe(1);
    const [, message, ...details] = stderr.split('\n');
    expect(message).toMatch(/^tickwright: strategy "raises" failed in onStart at .*: ValueError: no model$/);
    expect(details).toEqual(['Traceback:', '  line 3', '']);
  });
});

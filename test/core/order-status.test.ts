/** The table of legal transitions, written out a second time from what the statuses and events mean. */
import { describe, expect, it } from 'vitest';
import { NEXT_STATUS, ORDER_EVENT_NAMES, ORDER_STATUS_NAMES } from '../../core/index.js';

type Status = (typeof ORDER_STATUS_NAMES)[number];
type Kind = (typeof ORDER_EVENT_NAMES)[number];

const LEGAL: Readonly<Record<Status, Partial<Record<Kind, Status>>>> = {
  pending: {
    submitted: 'pending',
    accepted: 'open',
    rejected: 'rejected',
    filled: 'open',
    expired: 'expired',
    cancelRequested: 'pending',
    modifyRequested: 'pending',
    cancelRejected: 'pending',
    modifyRejected: 'pending',
    restated: 'open',
  },
  open: {
    filled: 'open',
    expired: 'expired',
    cancelRequested: 'open',
    cancelled: 'cancelled',
    cancelRejected: 'open',
    modifyRequested: 'open',
    modified: 'open',
    modifyRejected: 'open',
    triggered: 'open',
    restated: 'open',
  },
  filled: { cancelRejected: 'filled', modifyRejected: 'filled' },
  cancelled: { cancelRejected: 'cancelled', modifyRejected: 'cancelled' },
  rejected: { cancelRejected: 'rejected', modifyRejected: 'rejected' },
  expired: { cancelRejected: 'expired', modifyRejected: 'expired' },
};

describe('the table of legal transitions', () => {
  it.each(ORDER_STATUS_NAMES.map((name, status) => [name, status] as const))('from %s', (name, status) => {
    const found = ORDER_EVENT_NAMES.map((kind, event) => [kind, ORDER_STATUS_NAMES[NEXT_STATUS[status]![event]!]]);
    expect(Object.fromEntries(found.filter(([, next]) => next !== undefined))).toEqual(LEGAL[name]);
  });
});

import type { CaseFollower, CaseRef } from './case-follower.ts';
import type { FilingChannel } from './filing-channel.ts';

/** Follows a case by the channel that filed it, which tells its state and nothing of what is written on it. */
export const followByFiling = ({ find }: Pick<FilingChannel, 'find'>): CaseFollower => ({
  read: async (ref) => {
    const job = jobOf(ref);
    const found = job ? await find(job) : { kind: 'absent' as const };
    return found.kind === 'found' ? { ...found, case: { ...found.case, needsAnswer: false, messages: [] } } : found;
  },
  wish: async () => Promise.resolve({ kind: 'refused', code: 'rejected' }),
});

const jobOf = ({ subscriptionId, ticketName, ...ref }: CaseRef) =>
  subscriptionId === undefined || ticketName === undefined ? undefined : { ...ref, subscriptionId, ticketName };

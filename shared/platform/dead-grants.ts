import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/clock.ts';
import { TokenFailure } from './tokens.ts';

/** A refresh token that Entra called dead is tried again after this time; one that replaces it, at once. */
const deadMs = 5 * minuteMs;

/** Told when a connection's refresh token is found dead (with Microsoft's code), and when it is found alive after that (without). */
export type GrantChanged = (connectionId: string, code: string | undefined) => Promise<void>;

type Dead = { refreshToken: string; failure: TokenFailure; until: number };

/** Remembers dead refresh tokens, so that a thousand tenants do not each ask Entra about the same one. */
export function createDeadGrants(clock: Pick<Clock, 'now'>, changed: GrantChanged = async () => Promise.resolve()) {
  const dead = new Map<string, Dead>();
  const tell = async (connectionId: string, code: string): Promise<void> => {
    try {
      await changed(connectionId, code);
    } catch (error) {
      // What could not be told is news again.
      dead.delete(connectionId);
      throw error;
    }
  };
  return async <T>(connectionId: string, refreshToken: string, exchange: () => Promise<T>): Promise<T> => {
    const known = dead.get(connectionId);
    if (known?.refreshToken === refreshToken && clock.now() < known.until) throw known.failure;
    try {
      const result = await exchange();
      if (dead.has(connectionId)) {
        await changed(connectionId, undefined);
        dead.delete(connectionId);
      }
      return result;
    } catch (error) {
      if (!(error instanceof TokenFailure) || error.reason !== 'grant-dead') throw error;
      const isNews = dead.get(connectionId)?.refreshToken !== refreshToken;
      dead.set(connectionId, { refreshToken, failure: error, until: clock.now() + deadMs });
      if (isNews) await tell(connectionId, error.code ?? 'invalid_grant');
      throw error;
    }
  };
}

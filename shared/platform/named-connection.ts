import { AppError } from '../core/errors.ts';

/** The partner connection that a body names, or the only one there is. Throws `invalid-body`. */
export function namedConnection<C extends { id: string }>(connections: readonly C[], named: string | undefined): C {
  const [only] = connections;
  const found = named === undefined && connections.length === 1 ? only : connections.find(({ id }) => id === named);
  if (found) return found;
  const errors = [{ path: 'connectionId', message: `one of: ${connections.map(({ id }) => id).join(', ')}` }];
  throw new AppError('invalid-body', 'Name the partner connection.', { errors });
}

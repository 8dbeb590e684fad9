import { describe, expect, it } from 'vitest';
import { createHostLog } from '../../local/host/host-log.ts';

function written(verbose: boolean): string {
  let text = '';
  const log = createHostLog(verbose, { out: { write: (line) => (text += line) } });
  for (const level of ['information', 'warning', 'error'] as const) {
    log.user({ level, functionName: 'submitRequest', invocationId: 'i1', message: `a line of level ${level}` });
  }
  return text;
}

describe('the log of the host', () => {
  it('always shows what functions say of trouble', () => {
    expect(written(false)).toBe(
      '[warning] submitRequest i1: a line of level warning\n[error] submitRequest i1: a line of level error\n',
    );
  });

  it('shows every line when it is verbose', () => {
    expect(written(true)).toContain('[information] submitRequest i1: a line of level information\n');
  });
});

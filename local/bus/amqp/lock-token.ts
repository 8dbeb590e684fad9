/**
 * A lock token is a uuid. As delivery tag its bytes are in the order of a .NET GUID (the first three groups reversed);
 * in management requests they are in plain order.
 */
export function tagOfToken(token: string): Buffer {
  return swapGuidOrder(bytesOfToken(token));
}

export function tokenOfTag(tag: Buffer): string {
  return tokenOfBytes(swapGuidOrder(tag));
}

export function bytesOfToken(token: string): Buffer {
  return Buffer.from(token.replaceAll('-', ''), 'hex');
}

/** Any other length than 16 gives a token that no lock has. */
export function tokenOfBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function swapGuidOrder(bytes: Buffer): Buffer {
  const reversed = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).reverse();
  return Buffer.concat([reversed(0, 4), reversed(4, 6), reversed(6, 8), bytes.subarray(8)]);
}

const alphabets = { hex: /^(?:[0-9a-f]{2})+$/, base64: /^[A-Za-z0-9+/]+={0,2}$/ };

/**
 * The bytes that a text spells, where it is their one spelling: lower-case hex, or base64 with its padding and no loose bits.
 * Nothing for any other text. What it looks at was sent by the caller or stored by the desk; nothing is compared with a secret.
 */
export function exactBytes(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  if (!alphabets[encoding].test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}

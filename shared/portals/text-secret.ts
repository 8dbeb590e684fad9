/** 16 characters of a random text are beyond guessing; shorter ones are somebody's word. */
const secretPattern = /^[\x21-\x7e]{16,512}$/;

/**
 * The texts in a vault secret that is not a key of Standard Webhooks: one, or two with a space between them while one replaces
 * the other. Throws where one is shorter than 16 characters or holds anything but visible ASCII.
 */
export function parseTextSecrets(text: string): string[] {
  const secrets = text.trim().split(/\s+/);
  if (secrets.length > 2 || !secrets.every((secret) => secretPattern.test(secret))) {
    throw new Error('a secret is not one or two texts of 16 to 512 visible characters');
  }
  return secrets;
}

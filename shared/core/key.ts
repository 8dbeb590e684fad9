import { toIso } from './clock.ts';
import { hashOf } from './hash.ts';

const plain = /[A-Za-z0-9_.@-]/;

/**
 * Encodes any text into one that Table storage takes as (part of) a key: no `/ \ # ?`, no control characters, no `%`, and not
 * our own separator `|`. Other characters become `=` and their UTF-8 bytes in hex, so distinct texts stay distinct.
 * Source: Microsoft docs, "Understanding the Table service data model".
 */
export function encodeKey(text: string): string {
  let key = '';
  for (const char of text) {
    if (plain.test(char)) key += char;
    else for (const byte of Buffer.from(char)) key += `=${byte.toString(16).padStart(2, '0')}`;
  }
  return key;
}

const keyPartCharacters = 400;

/** A name as part of a key: encoded, or its hash where two or three of them would make a key longer than storage takes. */
export function boundedKey(name: string): string {
  const encoded = encodeKey(name);
  return encoded.length <= keyPartCharacters ? encoded : `~${hashOf(name)}`;
}

export function decodeKey(key: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < key.length; at++) {
    if (key.charAt(at) !== '=') {
      bytes.push(key.charCodeAt(at));
      continue;
    }
    bytes.push(Number.parseInt(key.slice(at + 1, at + 3), 16));
    at += 2;
  }
  return Buffer.from(bytes).toString();
}

const farFuture = 9_999_999_999_999;

/** A key part that sorts newer times first; 13 digits. */
export const newestFirst = (ms: number): string => String(farFuture - ms).padStart(13, '0');

/** A key part that sorts older times first: the ISO text, whose length never changes within the years 0–9999. */
export const oldestFirst = (ms: number): string => toIso(ms);

/** A whole number as six digits, so that keys sort as numbers do. */
export const sequenceKey = (sequence: number): string => String(sequence).padStart(6, '0');

/** The first key after every key that begins with `prefix` (keys are compared by UTF-16 code units). */
export const afterPrefix = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

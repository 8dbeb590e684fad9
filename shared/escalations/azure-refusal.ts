import * as z from 'zod';
import type { Passing, Refused } from './filing-channel.ts';

const word = z.string().nullish();
const detailSchema = z.object({ code: word, message: word, target: word });
const errorSchema = z.object({
  error: z.object({ code: word, message: word, details: z.array(detailSchema).nullish() }),
});

/** Some answers of Microsoft.Support spell their members `Error`, `Code` and `Message`. */
const lowered = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, member]) => [name.slice(0, 1).toLowerCase() + name.slice(1), member]),
      )
    : value;

type Said = { code: string; message: string; where: string };

function readError(body: string): Said {
  try {
    const { code, message, details } = errorSchema.parse(JSON.parse(body, lowered)).error;
    const targets = (details ?? []).map(({ target }) => target ?? '').filter((target) => target !== '');
    const messages = [message, ...(details ?? []).map((detail) => detail.message)];
    return {
      code: code ?? '',
      message: message ?? '',
      // A target names the field; messages may quote the ticket, so they are asked only where there is none.
      where: targets.length > 0 ? targets.join(' ') : messages.map((text) => text ?? '').join(' '),
    };
  } catch {
    return { code: '', message: '', where: '' };
  }
}

type Rule = { refused: Refused['code']; holds: (status: number, said: Said) => boolean };

const badRequest =
  (pattern: RegExp): Rule['holds'] =>
  (status, { where }) =>
    (status === 400 || status === 422) && pattern.test(where);
const byCode =
  (pattern: RegExp): Rule['holds'] =>
  (_status, { code }) =>
    pattern.test(code);

/** The first that holds says what a refusal means. */
const rules: readonly Rule[] = [
  {
    refused: 'plan',
    holds: (status, { code, message }) =>
      (status === 403 || status === 400) &&
      /support\s*plan|high(?:er)?[\s-]*tier|prodirect/i.test(`${code} ${message}`),
  },
  { refused: 'credential-refused', holds: (status) => status === 401 },
  { refused: 'subscription-unknown', holds: byCode(/^(?:SubscriptionNotFound|InvalidSubscriptionId)$/i) },
  { refused: 'subscription-disabled', holds: byCode(/^ReadOnlyDisabledSubscription$/i) },
  {
    refused: 'provider-not-registered',
    holds: byCode(/^(?:MissingSubscriptionRegistration|SubscriptionNotRegistered)$/i),
  },
  { refused: 'rights-missing', holds: (status) => status === 403 },
  { refused: 'classification-refused', holds: badRequest(/service\s?id|problem\s?classification/i) },
  { refused: 'phone-missing', holds: badRequest(/phone/i) },
  { refused: 'contact-rejected', holds: badRequest(/contact|country|time\s?zone|language|email/i) },
  { refused: 'rejected', holds: () => true },
];

/** What a refusal means. `upstream` is Microsoft's code alone: its message may quote the ticket. */
export function readRefusal(status: number, body: string): Refused {
  const said = readError(body);
  const upstream = /^[\w.-]{1,80}$/.test(said.code) ? said.code : `HTTP ${String(status)}`;
  const rule = rules.find(({ holds }) => holds(status, said));
  return { kind: 'refused', code: rule?.refused ?? 'rejected', upstream };
}

/** Of the whole subscription: no call that makes something gets past it, and it stays until somebody acts. */
export const isOfSubscription = ({ code }: Refused): boolean =>
  code === 'subscription-unknown' || code === 'subscription-disabled' || code === 'provider-not-registered';

/** What no second try of a read would change. Everything else that is refused may be a token, a rollout or a gateway. */
export const isLasting = (refused: Refused): boolean =>
  refused.code === 'plan' ||
  isOfSubscription(refused) ||
  /^(linked)?authorizationfailed$/i.test(refused.upstream ?? '');

export const doubtful = (doubt: Refused): Passing => ({ kind: 'passing', reason: doubt.upstream ?? doubt.code, doubt });

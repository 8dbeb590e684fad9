import type { EscalatableRequest } from './escalatable.ts';
import type { Product } from './product.ts';

/** Fewer words say nothing; and with fewer, and nothing else, Microsoft cannot begin on a severity A. Both numbers are our own. */
export const leastWords = 3;
export const leastWordsCritical = 8;

/** Languages without spaces have words too. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

export const wordsIn = (text: string): number =>
  [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike === true).length;

const isGiven = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.trim() !== ''
    : typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : value !== undefined && value !== null;

type Evidence = Pick<EscalatableRequest, 'evidence'>;

export const gives = ({ evidence = {} }: Evidence, keys: readonly string[]): boolean =>
  keys.some((key) => isGiven(evidence[key]));

const triedKeys = ['tried', 'stepsTaken'];

export const saysWhatWasTried = (request: Evidence): boolean => gives(request, triedKeys);

/** What shows the fault itself, beside what was done about it. */
export const hasEvidence = (request: Evidence): boolean =>
  gives(
    request,
    Object.keys(request.evidence ?? {}).filter((key) => !triedKeys.includes(key)),
  );

/**
 * Without one of these the portal's form of a product cannot be sent, so that a critical case would stand still in the middle of
 * being filed. All else that Microsoft will ask for can follow. Source: forms of the admin centres.
 */
const formNeeds: readonly { products: readonly Product[]; keys: readonly string[]; text: string }[] = [
  {
    products: ['dynamics365', 'power-platform'],
    keys: ['environmentId', 'environmentUrl', 'url', 'workspaceId'],
    text: 'the environment (or workspace): its id or its address',
  },
];

/** What the form of the product wants and the request does not say. */
export const missingForForm = (request: Evidence, product: Product): string | undefined =>
  formNeeds.find((need) => need.products.includes(product) && !gives(request, need.keys))?.text;

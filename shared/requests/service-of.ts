import { azureKindName, azureKindOfName, azureKindOfResource, azureKinds, isAzureResourceId } from './azure-kinds.ts';
import type { Heard } from './heard.ts';
import { otherProducts } from './other-products.ts';
import { serviceIdOf, serviceNameOf, serviceWords } from './service-words.ts';
import type { Triage } from './triage-answer.ts';
import { strengthOf, type Spoken } from './words.ts';

type Source = Triage['sources']['category'];
/** What the desk thinks, who says so, and why. */
export type Opinion<T> = { value: T | null; source: Source; reason: string };

export type ServiceOpinion = Opinion<string> & {
  /** The kind of Azure resource. */
  kind?: string | undefined;
  /** The text names another maker's product louder than any service of Microsoft's. */
  isOtherProduct?: boolean;
};

/** A longer word is none: a key, a row of one letter. Characters. */
const longestQuoted = 40;

/** What a reason shows of the words of a text; one that stands in another is shown once. */
export const quoted = (words: readonly string[]): string =>
  [...new Set(words)]
    .filter((word, _, all) => !all.some((other) => other !== word && ` ${other} `.includes(` ${word} `)))
    .slice(0, 6)
    .map((word) => `“${word.slice(0, longestQuoted)}”`)
    .join(', ');

type Candidate = { strength: number; words: readonly string[] };

/** The one that speaks loudest; none when nothing speaks, or two speak equally loud. */
export function strongest<T extends { strength: number }>(candidates: readonly T[]): T | undefined {
  const [first, second] = [...candidates].sort((a, b) => b.strength - a.strength);
  return first !== undefined && first.strength > (second?.strength ?? 0) ? first : undefined;
}

/** A name says more than what a thing does. */
const nameWeight = 4;

function spokenOfBy(spoken: Spoken, { strong, weak }: { strong: string; weak: string }): Candidate {
  const [byName, byTask] = [strengthOf(spoken, strong, nameWeight), strengthOf(spoken, weak)];
  return { strength: byName.strength + byTask.strength, words: [...byName.words, ...byTask.words] };
}

type Said = { service?: string | undefined; evidence?: Record<string, unknown> | undefined };

/** Which service a request is about: the sender's word, the resource that the evidence names, or the text. */
export function serviceOf(said: Said, heard: Heard): ServiceOpinion {
  const service = namedOf(said) ?? byText(heard.plainComplaint) ?? byText(heard.plainTopic);
  if (service === undefined) {
    return { value: null, source: 'rule', reason: 'service unknown: the text does not decide it' };
  }
  return service.value === 'azure' ? { ...service, kind: kindOf(said, heard) } : service;
}

function namedOf({ service, evidence }: Said): ServiceOpinion | undefined {
  if (service !== undefined) {
    const id = serviceIdOf(service);
    return { value: id, source: 'sender', reason: `service ${serviceNameOf(id)}: said by the sender` };
  }
  if (!isAzureResourceId(evidence?.resourceId)) return undefined;
  return { value: 'azure', source: 'rule', reason: 'service Azure: the evidence names a resource of Azure' };
}

function byText(spoken: Spoken): ServiceOpinion | undefined {
  const candidates = serviceWords.map((one) => ({ id: one.id, ...spokenOfBy(spoken, one) }));
  const best = strongest(candidates);
  const other = strengthOf(spoken, otherProducts, nameWeight);
  if (other.strength > Math.max(...candidates.map(({ strength }) => strength))) {
    const reason = `service unknown: the text names ${quoted(other.words)}, which is not Microsoft's`;
    return { value: null, source: 'rule', reason, isOtherProduct: true };
  }
  return (
    best && {
      value: best.id,
      source: 'rule',
      reason: `service ${serviceNameOf(best.id)}: the text says ${quoted(best.words)}`,
    }
  );
}

/** The kind of an Azure resource: by its id, by the sender's name of it, or by the text. */
function kindOf({ service, evidence }: Said, { plainComplaint, plainTopic }: Heard): string | undefined {
  const bySender = azureKindOfResource(evidence?.resourceId) ?? azureKindOfName(service ?? '');
  return bySender ?? kindByText(plainComplaint) ?? kindByText(plainTopic);
}

const kindByText = (spoken: Spoken): string | undefined =>
  strongest(azureKinds.map((one) => ({ id: one.id, ...spokenOfBy(spoken, one) })))?.id;

export const kindReason = (kind: string | undefined): string[] =>
  kind === undefined ? [] : [`resource kind: ${azureKindName(kind)}`];

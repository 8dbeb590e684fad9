import { type Constraint, constraint } from './route-constraint.ts';

type Parameter = {
  name: string;
  catchAll: boolean;
  optional: boolean;
  defaultValue?: string | undefined;
  constraints: Constraint[];
};

type Segment = { pattern: RegExp; parameters: Parameter[]; precedence: number };

/** A parsed ASP.NET route template, the form in which HTTP triggers give their route. */
export type RouteTemplate = {
  text: string;
  /** Smaller is more specific; compared from the left. */
  precedence: readonly number[];
  /** The parameters' values, or undefined where the path (its decoded segments) does not fit. */
  match(path: readonly string[]): Record<string, string> | undefined;
};

/**
 * Parses `literal`, `{param}`, `{param:int}`, `{param?}`, `{param=default}`, `{*rest}` and mixed segments. Literals
 * match in any case. Throws on an unknown constraint or a brace that does not close.
 */
export function parseRouteTemplate(text: string): RouteTemplate {
  const segments = splitTemplate(text.replace(/^\//, '').replace(/\/$/, '')).map(parseSegment);
  return {
    text,
    precedence: segments.map((segment) => segment.precedence),
    match: (path) => matchSegments(segments, path),
  };
}

function matchSegments(segments: Segment[], path: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.parameters[0]?.catchAll) {
      return take(values, segment.parameters[0], path.slice(index).join('/') || undefined) ? values : undefined;
    }
    const text = path[index];
    if (!(text === undefined ? takeMissing(values, segment) : takeSegment(values, segment, text))) return undefined;
  }
  return path.length > segments.length ? undefined : values;
}

function takeSegment(values: Record<string, string>, segment: Segment, text: string): boolean {
  const found = segment.pattern.exec(text);
  return found !== null && segment.parameters.every((parameter, i) => take(values, parameter, found[i + 1]));
}

function takeMissing(values: Record<string, string>, { parameters: [only] }: Segment): boolean {
  if (!only?.optional && only?.defaultValue === undefined) return false;
  return take(values, only, undefined);
}

function take(values: Record<string, string>, parameter: Parameter, given: string | undefined): boolean {
  const value = given ?? parameter.defaultValue;
  if (value === undefined) return true;
  values[parameter.name] = value;
  return parameter.constraints.every((isMet) => isMet(value));
}

/** Splits at slashes that stand outside braces, so that a `regex(…)` constraint may hold one. */
function splitTemplate(text: string): string[] {
  if (text === '') return [];
  let depth = 0;
  let part = '';
  const parts: string[] = [];
  for (const char of text) {
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (char === '/' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  if (depth !== 0) throw new Error(`The route template '${text}' has a brace without its partner.`);
  return parts;
}

function parseSegment(text: string): Segment {
  const parameters: Parameter[] = [];
  let pattern = '';
  // A brace inside a parameter (in a regex constraint) is written twice.
  for (const [part] of text.matchAll(/\{(?:\{\{|\}\}|[^{}])+\}|[^{}]+/g)) {
    if (!part.startsWith('{')) {
      pattern += part.replace(/[\\^$.*+?()[\]|]/g, '\\$&');
      continue;
    }
    parameters.push(parseParameter(part.slice(1, -1).replaceAll('{{', '{').replaceAll('}}', '}')));
    pattern += '(.+)';
  }
  return { pattern: new RegExp(`^${pattern}$`, 'is'), parameters, precedence: precedence(text, parameters) };
}

/** ASP.NET's order: literal, mixed or constrained, parameter, constrained catch-all, catch-all. */
function precedence(text: string, parameters: Parameter[]): number {
  const [first] = parameters;
  if (!first) return 1;
  const isMixed = parameters.length > 1 || !/^\{.*\}$/.test(text);
  const isConstrained = first.constraints.length > 0;
  if (first.catchAll) return isConstrained ? 4 : 5;
  return isMixed || isConstrained ? 2 : 3;
}

function parseParameter(text: string): Parameter {
  const [, stars = '', name = '', constraints = '', defaultValue, question] =
    /^(\*{0,2})([^:=?*]+)((?::[a-z]+(?:\(.*?\))?(?=[:=?]|$))*)(?:=(.*?))?(\?)?$/is.exec(text) ?? [];
  if (!name) throw new Error(`The route parameter '{${text}}' is not understood.`);
  return {
    name,
    catchAll: stars !== '',
    optional: question !== undefined,
    defaultValue,
    constraints: [...constraints.matchAll(/:([a-z]+)(?:\((.*?)\))?(?=:|$)/gis)].map(([, rule = '', args]) =>
      constraint(rule.toLowerCase(), args),
    ),
  };
}

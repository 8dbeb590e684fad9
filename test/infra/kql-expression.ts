/** A row of a table as a query sees it. Times are milliseconds since the epoch. */
export type Row = Readonly<Record<string, unknown>>;

/** The rows that an expression is asked about (one of them, or those of a group), and what time it is. */
export type Asked = { rows: readonly Row[]; now: number };
export type Expression = (asked: Asked) => unknown;

const tokenPattern =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*')|(?<span>\d+[smhd]\b)|(?<number>\d+)|(?<word>[A-Za-z_]\w*)|(?<sign>==|!=|>=|<=|!in\b|[-+*/<>(),.[\]=]))/y;

const kinds = ['text', 'span', 'number', 'word', 'sign'] as const;
type Token = { kind: (typeof kinds)[number]; value: string };

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const text = source.trimEnd();
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups: Partial<Record<Token['kind'], string>> = pattern.exec(text)?.groups ?? {};
    const kind = kinds.find((one) => groups[one] !== undefined);
    if (kind === undefined) throw new Error(`cannot read ${text.slice(at)}`);
    tokens.push({ kind, value: groups[kind] ?? '' });
  }
  return tokens;
}

const spanMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const textOf = (quoted: string): string => quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');

const asNumber = (value: unknown): number | null => {
  if (value === null || value === undefined || value === '') return null;
  return Number.isFinite(Number(value)) ? Number(value) : null;
};
const asText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
const numbersOf = (of: Expression, { rows, now }: Asked): number[] =>
  rows.flatMap((row) => asNumber(of({ rows: [row], now })) ?? []);
const holds = (of: Expression, { rows, now }: Asked): Row[] => rows.filter((row) => of({ rows: [row], now }) === true);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const extreme = (numbers: readonly number[], pick: (...of: number[]) => number) =>
  numbers.length === 0 ? null : pick(...numbers);

type Call = (args: readonly Expression[], asked: Asked) => unknown;
const arg = (args: readonly Expression[], n: number): Expression => {
  const found = args[n];
  if (found === undefined) throw new Error(`argument ${String(n + 1)} is missing`);
  return found;
};

/** As Kusto documents them; a function that is not here is an error of the query. */
const functions: Record<string, Call> = {
  tostring: (args, asked) => asText(arg(args, 0)(asked)),
  tolong: (args, asked) => asNumber(arg(args, 0)(asked)),
  toint: (args, asked) => asNumber(arg(args, 0)(asked)),
  strcat: (args, asked) => args.map((one) => asText(one(asked))).join(''),
  coalesce: (args, asked) => args.map((one) => one(asked)).find((value) => asText(value) !== ''),
  parse_json: (args, asked) => JSON.parse(asText(arg(args, 0)(asked))) as unknown,
  ago: (args, asked) => asked.now - Number(arg(args, 0)(asked)),
  bin: (args, asked) =>
    Math.floor(Number(arg(args, 0)(asked)) / Number(arg(args, 1)(asked))) * Number(arg(args, 1)(asked)),
  count: (_args, { rows }) => rows.length,
  countif: (args, asked) => holds(arg(args, 0), asked).length,
  sum: (args, asked) => sum(numbersOf(arg(args, 0), asked)),
  sumif: (args, asked) => sum(numbersOf(arg(args, 0), { ...asked, rows: holds(arg(args, 1), asked) })),
  max: (args, asked) => extreme(numbersOf(arg(args, 0), asked), Math.max),
  min: (args, asked) => extreme(numbersOf(arg(args, 0), asked), Math.min),
  take_any: (args, { rows, now }) => rows.slice(0, 1).map((row) => arg(args, 0)({ rows: [row], now }))[0] ?? null,
};

const compare: Record<string, (left: unknown, right: unknown) => boolean> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left !== null && right !== null && Number(left) > Number(right),
  '<': (left, right) => left !== null && right !== null && Number(left) < Number(right),
  '>=': (left, right) => left !== null && right !== null && Number(left) >= Number(right),
  '<=': (left, right) => left !== null && right !== null && Number(left) <= Number(right),
  startswith: (left, right) => asText(left).toLowerCase().startsWith(asText(right).toLowerCase()),
  matches: (left, right) => new RegExp(asText(right)).test(asText(left)),
};

/** Reads tokens one by one, by the precedence of Kusto: or, and, comparison, sums, products, what is in brackets. */
export class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  constructor(source: string) {
    this.#tokens = tokensOf(source);
  }
  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }
  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead]?.value;
  }
  take(wanted?: string): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined || (wanted !== undefined && token.value !== wanted))
      throw new Error(`${wanted ?? 'more'} expected, ${token?.value ?? 'the end'} found`);
    return token;
  }
  takeIf(wanted: string): boolean {
    if (this.peek() !== wanted) return false;
    this.#at++;
    return true;
  }
  list<T>(read: () => T): T[] {
    const all = [read()];
    while (this.takeIf(',')) all.push(read());
    return all;
  }
  expression(): Expression {
    return this.#joined('or', () => this.#joined('and', () => this.#comparison()));
  }
  #joined(word: 'or' | 'and', next: () => Expression): Expression {
    const parts = [next()];
    while (this.takeIf(word)) parts.push(next());
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const isTrue = (asked: Asked) => (part: Expression) => part(asked) === true;
    return (asked) => (word === 'or' ? parts.some(isTrue(asked)) : parts.every(isTrue(asked)));
  }
  #comparison(): Expression {
    const left = this.#arithmetic(['+', '-'], () => this.#arithmetic(['*', '/'], () => this.#primary()));
    const sign = this.peek() ?? '';
    if (sign === 'in' || sign === '!in') {
      this.take();
      this.take('(');
      const values = this.list(() => this.expression());
      this.take(')');
      return (asked) => values.some((value) => value(asked) === left(asked)) === (sign === 'in');
    }
    const by = compare[sign];
    if (by === undefined) return left;
    this.take();
    if (sign === 'matches') this.take('regex');
    const right = this.#arithmetic(['+', '-'], () => this.#arithmetic(['*', '/'], () => this.#primary()));
    return (asked) => by(left(asked), right(asked));
  }
  #arithmetic(signs: readonly string[], next: () => Expression): Expression {
    let left = next();
    for (let sign = this.peek() ?? ''; signs.includes(sign); sign = this.peek() ?? '') {
      this.take();
      const [one, other] = [left, next()];
      left = (asked) => {
        const [a, b] = [asNumber(one(asked)), asNumber(other(asked))];
        if (a === null || b === null) return null;
        if (sign === '+') return a + b;
        if (sign === '-') return a - b;
        return sign === '*' ? a * b : a / b;
      };
    }
    return left;
  }
  #primary(): Expression {
    const { kind, value } = this.take();
    if (kind === 'text') return () => textOf(value);
    if (kind === 'number') return () => Number(value);
    if (kind === 'span') return () => Number(value.slice(0, -1)) * (spanMs[value.slice(-1)] ?? Number.NaN);
    if (value === '(') {
      const inside = this.expression();
      this.take(')');
      return inside;
    }
    if (kind !== 'word') throw new Error(`${value} where a value is expected`);
    return this.takeIf('(') ? this.#call(value) : this.#column(value);
  }
  #call(name: string): Expression {
    const args = this.peek() === ')' ? [] : this.list(() => this.expression());
    this.take(')');
    const call = functions[name];
    if (call === undefined) throw new Error(`no function ${name} is known here`);
    return (asked) => call(args, asked);
  }
  #column(name: string): Expression {
    const path: string[] = [];
    for (;;) {
      if (this.takeIf('.')) path.push(this.take().value);
      else if (this.takeIf('[')) {
        path.push(textOf(this.take().value));
        this.take(']');
      } else break;
    }
    return ({ rows: [row] }) => {
      if (row === undefined) return null;
      if (!(name in row)) throw new Error(`no column ${name}`);
      return path.reduce<unknown>((held, key) => (held as Record<string, unknown> | null)?.[key] ?? null, row[name]);
    };
  }
}

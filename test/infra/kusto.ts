import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import telemetry from '../../infra/telemetry.json' with { type: 'json' };

/** Of Microsoft's language service what is used here. It is made for pages: it puts itself into the global scope. */
type Column = { Name: string; Type: { Name: string } };
type Globals = { WithDatabase: (database: object) => Globals };
type Analysed = { GetDiagnostics: () => object; ResultType: { Columns?: object } | null };
type Service = {
  Bridge: { toArray: (list: object) => unknown[] };
  Kusto: {
    Language: {
      GlobalState: { Default: Globals };
      KustoCode: { ParseAndAnalyze: (query: string, globals: Globals) => Analysed };
      Symbols: {
        TableSymbol: { From: (schema: string) => { WithName: (name: string) => object } };
        DatabaseSymbol: { ctor: new (name: string, tables: object[]) => object };
      };
    };
  };
};

for (const url of [
  import.meta.resolve('@kusto/language-service-next/bridge.min.js'),
  import.meta.resolve('@kusto/language-service-next/Kusto.Language.Bridge.min.js'),
]) {
  const filename = fileURLToPath(url);
  runInThisContext(readFileSync(filename, 'utf8'), { filename });
}
const { Bridge, Kusto } = globalThis as unknown as Service;
const { GlobalState, KustoCode, Symbols } = Kusto.Language;

const typeOf = (name: string, value: unknown): string => {
  if (name === 'TimeGenerated') return 'datetime';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'real';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'dynamic';
};

/** The workspace's tables with their documented columns, as far as the estimate of its weight names them. */
const tables = Object.entries(telemetry.records).map(([table, record]) => {
  const columns = Object.entries(record).map(([name, value]) => `${name}: ${typeOf(name, value)}`);
  return Symbols.TableSymbol.From(`(${columns.join(', ')})`).WithName(table);
});
const workspace = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', tables));

/** What Kusto itself would say against a query, and the columns that come out, with their types. */
export function analysed(query: readonly string[]): { faults: string[]; columns: Record<string, string> } {
  const code = KustoCode.ParseAndAnalyze(query.join('\n'), workspace);
  const faults = Bridge.toArray(code.GetDiagnostics()) as { Message: string }[];
  const columns = Bridge.toArray(code.ResultType?.Columns ?? []) as Column[];
  return {
    faults: faults.map(({ Message }) => Message),
    columns: Object.fromEntries(columns.map(({ Name, Type }) => [Name, Type.Name])),
  };
}

import { parseRouteTemplate, type RouteTemplate } from './route-template.ts';

type Route<Target> = { template: RouteTemplate; methods: ReadonlySet<string>; target: Target };

export type RouteTable<Target> = {
  /** Throws where the template is wrong. */
  add(route: { template: string; methods: readonly string[]; target: Target }): void;
  /**
   * The most specific route that takes both the path and the method. A known path with another method finds nothing:
   * the platform answers 404 there too (Azure/azure-functions-host issue 10098), also to HEAD where only GET is
   * registered (issue 11625).
   */
  match(method: string, path: string): { target: Target; params: Record<string, string> } | undefined;
};

export function createRouteTable<Target>(): RouteTable<Target> {
  const routes: Route<Target>[] = [];
  return {
    add: ({ template, methods, target }) => {
      const parsed = parseRouteTemplate(template);
      routes.push({ template: parsed, methods: new Set(methods.map((method) => method.toUpperCase())), target });
      // Sorting is stable: equals keep the order in which they were registered.
      routes.sort((a, b) => comparePrecedence(a.template.precedence, b.template.precedence));
    },
    match: (method, path) => {
      const segments = splitPath(path);
      for (const { template, methods, target } of routes) {
        if (!methods.has(method)) continue;
        const params = template.match(segments);
        if (params) return { target, params };
      }
      return undefined;
    },
  };
}

function comparePrecedence(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The decoded segments of a path. As under Kestrel an encoded slash stays encoded, and so does what is no UTF-8. */
function splitPath(path: string): string[] {
  const segments = path.replace(/^\//, '').split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.map((segment) =>
    segment
      .split(/(%2f)/i)
      .map((part) => (/^%2f$/i.test(part) ? part : decoded(part)))
      .join(''),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

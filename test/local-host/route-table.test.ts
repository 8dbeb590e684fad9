import { describe, expect, test } from 'vitest';

import { createRouteTable } from '../../local/host/route-table.ts';

function table(...templates: string[]) {
  const routes = createRouteTable<string>();
  for (const template of templates) routes.add({ template, methods: ['GET'], target: template });
  return routes;
}

describe('a route template', () => {
  test.each([
    ['api/requests', '/api/requests', {}],
    ['api/requests', '/API/Requests/', {}],
    ['api/requests/{id}', '/api/requests/Ab-1', { id: 'Ab-1' }],
    ['api/{id}/timeline', '/api/x%20y/timeline', { id: 'x y' }],
    ['api/{id}', '/api/a%2Fb', { id: 'a%2Fb' }],
    ['api/{id}', '/api/%E0%A4%A', { id: '%E0%A4%A' }],
    ['api/{id:int}', '/api/-42', { id: '-42' }],
    ['api/{id:guid}', '/api/5c4d2b9a-0a1b-4c5d-8e9f-001122334455', { id: '5c4d2b9a-0a1b-4c5d-8e9f-001122334455' }],
    ['api/{name:alpha:maxlength(4)}', '/api/desk', { name: 'desk' }],
    ['api/{n:range(1,5)}', '/api/5', { n: '5' }],
    ['api/{code:regex(^\\d{{3}}$)}', '/api/123', { code: '123' }],
    ['files/{*path:file}', '/files/v1.2/logo.png', { path: 'v1.2/logo.png' }],
    ['files/{*path:nonfile}', '/files/v1.2/logo', { path: 'v1.2/logo' }],
    ['api/{id?}', '/api', {}],
    ['api/{id=first}', '/api', { id: 'first' }],
    ['files/{*rest}', '/files/a/b/c', { rest: 'a/b/c' }],
    ['files/{*rest}', '/files', {}],
    ['api/{name}.json', '/api/open.api.json', { name: 'open.api' }],
    ['{x}-{y}', '/a-b', { x: 'a', y: 'b' }],
    ['', '/', {}],
  ])('%s takes %s', (template, path, params) => {
    expect(table(template).match('GET', path)).toEqual({ target: template, params });
  });

  test.each([
    ['api/requests', '/api'],
    ['api/requests', '/api/requests/1'],
    ['api/{id}', '/api/'],
    ['api/{id}/x', '/api//x'],
    ['api/{id:int}', '/api/99999999999'],
    ['api/{id:int}', '/api/4x'],
    ['api/{id:guid}', '/api/5c4d2b9a'],
    ['api/{name:alpha}', '/api/desk1'],
    ['api/{n:range(1,5)}', '/api/6'],
    ['api/{code:regex(^\\d{{3}}$)}', '/api/1234'],
    ['files/{*path:file}', '/files/v1.2/logo'],
    ['files/{*path:nonfile}', '/files/logo.png'],
    ['api.json', '/apixjson'],
  ])('%s does not take %s', (template, path) => {
    expect(table(template).match('GET', path)).toBeUndefined();
  });

  test('with an unknown constraint or an open brace is refused', () => {
    expect(() => table('api/{id:uuid}')).toThrow("constraint 'uuid' is not known");
    expect(() => table('api/{id')).toThrow('brace');
  });
});

describe('a route table', () => {
  test('prefers the most specific route, whatever the order of registration', () => {
    const routes = table(
      '{*rest}',
      'api/{id}',
      'api/{id:int}',
      'api/openapi.json',
      'api/{name}/{*rest}',
      'api/{name}/x',
    );
    const target = (path: string) => routes.match('GET', path)?.target;
    expect(target('/api/openapi.json')).toBe('api/openapi.json');
    expect(target('/api/7')).toBe('api/{id:int}');
    expect(target('/api/seven')).toBe('api/{id}');
    expect(target('/api/seven/x')).toBe('api/{name}/x');
    expect(target('/api/seven/y')).toBe('api/{name}/{*rest}');
    expect(target('/else')).toBe('{*rest}');
  });

  test('tells routes of one path apart by method, and knows no path by another method', () => {
    const routes = createRouteTable<string>();
    routes.add({ template: 'api/x', methods: ['get'], target: 'read' });
    routes.add({ template: 'api/x', methods: ['POST'], target: 'write' });
    expect(routes.match('GET', '/api/x')?.target).toBe('read');
    expect(routes.match('POST', '/api/x')?.target).toBe('write');
    expect(routes.match('HEAD', '/api/x')).toBeUndefined();
  });
});

import { globSync, readFileSync } from 'node:fs';
import { parseBicep, type Template } from './bicep.ts';

/** Every template and file of parameters of the project, parsed once. */
export const templates: readonly Template[] = globSync('infra/**/*.{bicep,bicepparam}')
  .map((file) => file.replaceAll('\\', '/'))
  .sort()
  .map((file) => parseBicep(file, readFileSync(file, 'utf8')));

/** The project's templates with a fault in the first place where one like it fits. Throws where it fits nowhere. */
export function planted(pattern: RegExp, fault: string): Template[] {
  const at = templates.findIndex(({ text }) => pattern.test(text));
  const before = templates[at];
  if (before === undefined) throw new Error(`no template has anything like ${String(pattern)}`);
  return templates.with(at, parseBicep(before.file, before.text.replace(pattern, fault)));
}

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** The options that a command was given. With `--help` it only says how it is used; with what it does not know it ends with 2. */
export function optionsOf<T extends ParseArgsOptionsConfig>(usage: string, options: T) {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

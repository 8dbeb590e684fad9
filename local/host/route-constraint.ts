export type Constraint = (value: string) => boolean;

type Bounds = [number, number];

const int32: Bounds = [-(2 ** 31), 2 ** 31 - 1];
const int64: Bounds = [-(2 ** 63), 2 ** 63];

const isInteger = (value: string, [min, max]: Bounds) =>
  /^[+-]?\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
const isNumber = (value: string) => value.trim() !== '' && Number.isFinite(Number(value));

/** A last segment with a dot and more than dots behind it. */
const isFileName = (value: string) => /\.[^/]*[^./][^/]*$/.test(value);

/** Microsoft docs, ASP.NET routing: route constraints. */
const constraints: Record<string, (args: string) => Constraint> = {
  int: () => (value) => isInteger(value, int32),
  long: () => (value) => isInteger(value, int64),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => /^(?:[0-9a-f]{32}|([{(])?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[})]?)$/i.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  file: () => isFileName,
  nonfile: () => (value) => !isFileName(value),
  required: () => (value) => value !== '',
  length: (args) => {
    const [min = 0, max = min] = args.split(',').map(Number);
    return (value) => value.length >= min && value.length <= max;
  },
  minlength: (args) => (value) => value.length >= Number(args),
  maxlength: (args) => (value) => value.length <= Number(args),
  min: (args) => (value) => isInteger(value, [Number(args), int64[1]]),
  max: (args) => (value) => isInteger(value, [int64[0], Number(args)]),
  range: (args) => {
    const [min = 0, max = min] = args.split(',').map(Number);
    return (value) => isInteger(value, [min, max]);
  },
  regex: (args) => {
    const pattern = new RegExp(args, 'i');
    return (value) => pattern.test(value);
  },
};

/** Throws on a name that ASP.NET does not know, as the platform does when it indexes the function. */
export function constraint(name: string, args = ''): Constraint {
  const make = constraints[name];
  if (!make) throw new Error(`The route constraint '${name}' is not known.`);
  return make(args);
}

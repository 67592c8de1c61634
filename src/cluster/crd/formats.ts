import { isIPv4, isIPv6 } from 'node:net';

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The string formats that are checked; any other is a remark to the reader, as in Kubernetes. */
const formats: Readonly<Record<string, (value: string) => boolean>> = {
  byte: (value) => base64.test(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  'date-time': (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  ipv4: (value) => isIPv4(value),
  ipv6: (value) => isIPv6(value),
  uri: (value) => URL.canParse(value),
  uuid: (value) => uuid.test(value),
};

/** The name of the format that a string fails, or undefined. */
export function formatProblem(format: unknown, value: string): string | undefined {
  if (typeof format !== 'string') return undefined;
  const check = formats[format];
  return check && !check(value) ? format : undefined;
}

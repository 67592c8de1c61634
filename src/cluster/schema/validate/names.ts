// Name rules of facts kubernetes-api §10. Each function tells what is wrong, or undefined.

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

export type NameRule = (name: string) => string | undefined;

export const dnsLabel: NameRule = (name) => {
  if (name.length > 63) return 'must be no more than 63 characters';
  return label.test(name)
    ? undefined
    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
};

export const dnsSubdomain: NameRule = (name) => {
  if (name.length > 253) return 'must be no more than 253 characters';
  return subdomain.test(name)
    ? undefined
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
};

export const portName: NameRule = (name) => {
  if (name.length > 15) return 'must be no more than 15 characters';
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.includes('--')) {
    return "must contain only lower case alphanumeric characters and single '-', and must start and end with an alphanumeric character";
  }
  return /[a-z]/.test(name) ? undefined : 'must contain at least one letter';
};

/** The key of a label, annotation, taint or resource: an optional DNS prefix, a slash, a name. */
export const qualifiedName: NameRule = (key) => {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) return "must be a name with at most one prefix, such as 'example.com/my-name'";
  if (parts.length === 2 && dnsSubdomain(parts[0] ?? '')) return `prefix part ${dnsSubdomain(parts[0] ?? '')}`;
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return qualified.test(name)
    ? undefined
    : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
};

export const labelValue: NameRule = (value) => {
  if (value.length > 63) return 'must be no more than 63 characters';
  return value === '' || qualified.test(value)
    ? undefined
    : "a valid label must be empty or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
};

export const configKey: NameRule = (key) => {
  if (key.length > 253) return 'must be no more than 253 characters';
  if (key === '.' || key.startsWith('..')) return "must not be '.' or start with '..'";
  return /^[-._a-zA-Z0-9]+$/.test(key)
    ? undefined
    : "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
};

export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  return /[/%]/.test(name) ? "may not contain '/' or '%'" : undefined;
};

/** A boolean of the query as Go's strconv reads it; an empty value counts as true, as `?watch` does. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && !['0', 'f', 'F', 'false', 'False', 'FALSE'].includes(value);
}

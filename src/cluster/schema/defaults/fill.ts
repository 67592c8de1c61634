/** Sets what is absent. */
export function fill<T extends object>(target: T, values: { readonly [K in keyof T]?: T[K] | undefined }): void {
  for (const [name, value] of Object.entries(values) as [keyof T, T[keyof T]][]) {
    if (target[name] === undefined && value !== undefined) target[name] = value;
  }
}

export function forEach<T>(list: readonly T[] | undefined, visit: (item: T) => void): void {
  for (const item of list ?? []) visit(item);
}

/**
 * Replaces `$(NAME)`; `$$` stands for `$`, an unknown name stays as written (facts kubelet-on-cri §4.2).
 * @param onUnknown what to put for a name without a value
 */
export function expand(
  text: string,
  values: ReadonlyMap<string, string>,
  onUnknown: (name: string) => string = (name) => `$(${name})`,
): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, mark: string, name: string | undefined) => {
    if (mark === '$') return '$';
    return name === undefined ? whole : (values.get(name) ?? onUnknown(name));
  });
}

/**
 * What a consumer of a watched set sees. `reset` replaces everything known before and always comes
 * first; `put` is an addition or an update; `drop` carries the last state seen.
 */
export type Change<T> =
  | { readonly kind: 'reset'; readonly items: readonly T[] }
  | { readonly kind: 'put' | 'drop'; readonly item: T };

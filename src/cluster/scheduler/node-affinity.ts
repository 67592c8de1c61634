import { labelSelectorMatcher, type Node, type Pod, requirementMatcher } from '../../kube/index.js';

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
type NodeAffinity = NonNullable<Affinity['nodeAffinity']>;
type Term = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'][number];

/**
 * Compiles `nodeSelector` and required node affinity into one test: the selector and at least one
 * term must match. A malformed requirement throws `invalid`.
 */
export function requiredAffinity(pod: Pod): (node: Node) => boolean {
  const { nodeSelector, affinity } = pod.spec ?? {};
  const selector = nodeSelector ? labelSelectorMatcher({ matchLabels: nodeSelector }) : () => true;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.map(termMatcher);
  return (node) => selector(node.metadata?.labels) && (terms === undefined || terms.some((matches) => matches(node)));
}

/** Compiles preferred node affinity into the sum of the weights of its matching terms. */
export function preferredAffinity(pod: Pod): (node: Node) => number {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = preferred.map(({ weight, preference }) => ({ weight, matches: termMatcher(preference) }));
  return (node) => terms.reduce((total, { weight, matches }) => total + (matches(node) ? weight : 0), 0);
}

/** A term without any requirement matches no node. */
function termMatcher(term: Term): (node: Node) => boolean {
  const labels = (term.matchExpressions ?? []).map(requirementMatcher);
  const fields = (term.matchFields ?? []).map(requirementMatcher);
  if (labels.length + fields.length === 0) return () => false;
  return (node) => {
    const name = { 'metadata.name': node.metadata?.name ?? '' };
    return labels.every((matches) => matches(node.metadata?.labels)) && fields.every((matches) => matches(name));
  };
}

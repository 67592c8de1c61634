import type { AdmissionRule } from './admission.js';
import { definitionRule } from './definitions.js';
import { namespaceRule } from './namespaces.js';
import { nodeRule } from './nodes.js';
import { podRule } from './pods.js';
import { serviceRule } from './services.js';

export { type Admission, createAdmission, type Surroundings } from './admission.js';
export { cleanupFinalizer } from './definitions.js';
export { firstServiceAddress } from './services.js';

/** The rules of this cluster. One line adds one. */
export const admissionRules: readonly AdmissionRule[] = [namespaceRule, nodeRule, podRule, serviceRule, definitionRule];

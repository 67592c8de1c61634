export { openApiV3, swaggerV2 } from './documents.js';
export { encodeSwagger } from './gnostic.js';

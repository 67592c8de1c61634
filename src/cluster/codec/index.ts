export { decodeBody } from './decode.js';

export { makeTable } from './make-table.js';

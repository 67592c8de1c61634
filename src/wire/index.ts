export type { Link } from './link.js';
export type { Message } from './message.js';

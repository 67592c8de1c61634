import type { IncomingMessage, ServerResponse } from 'node:http';
import { statusOf } from '../../kube/index.js';
import { childOf, hasCode, type Log } from '../../lib/index.js';
import type { Answer, Api, Call } from './call.js';
import { chooseForm } from './negotiation.js';
import { includeObjectOf, presentList, presentObject } from './presentation.js';

/** Puts a verb's answer into the form the client asked for and sends it. */
export async function respond(api: Api, call: Call, answer: Answer, response: ServerResponse): Promise<void> {
  for (const text of new Set(call.warnings))
    response.appendHeader('Warning', `299 - ${JSON.stringify(printable(text))}`);
  switch (answer.form) {
    case 'plain':
      return sendJson(response, answer.code, answer.body);
    case 'object':
      return sendJson(response, answer.code, presentObject(presentationOf(api, call), answer.object));
    case 'list':
      return sendJson(response, 200, presentList(presentationOf(api, call), answer.objects, answer.metadata));
    case 'stream': {
      using stop = childOf(call.signal);
      const write = await answer.prepare(stop.signal);
      response.writeHead(200, { 'Content-Type': answer.contentType, 'Cache-Control': 'no-cache, private' });
      response.flushHeaders();
      await write(response);
      response.end();
    }
  }
}

/** Header values are ASCII; a field name in a warning may be anything. */
const printable = (text: string) => text.slice(0, 1024).replace(/[^\x20-\x7e]/g, '?');

function presentationOf({ makeTable, rules, now }: Api, { kind, request, query }: Call) {
  return {
    kind,
    form: chooseForm(request.headers.accept),
    includeObject: includeObjectOf(query),
    makeTable,
    rules,
    now,
  };
}

/** One JSON document. The length is always told: clients reuse the connection. */
export function sendJson(response: ServerResponse, code: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-cache, private',
  });
  response.end(bytes);
}

/** Plain text, for health and for paths nobody serves. */
export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  response.end(text);
}

/** The Status of a failed request. Faults of our own are logged in full and told in general. */
export function sendFailure(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log): void {
  const status = statusOf(error);
  const code = status.code ?? 500;
  if (code === 500 || hasCode(error, 'unavailable')) {
    log.error({ err: error, method: request.method, path: request.url?.split('?', 1)[0] }, 'a request failed');
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter) response.setHeader('Retry-After', String(retryAfter));
  // The rest of an oversized body is not read: the connection cannot be used again.
  if (!request.complete) response.setHeader('Connection', 'close');
  sendJson(response, code, status);
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createMessage } from './create-message.js';
import type { Link } from './link.js';
import { linkPair } from './link-pair.js';
import type { Message } from './message.js';
import { webSocketOptions, websocketLink } from './websocket-link.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function socketPair(options: Parameters<typeof websocketLink>[2] = {}): Promise<{ link: Link; peer: WebSocket }> {
  const server = createServer();
  servers.push(server);
  const sockets = new WebSocketServer({ server, ...webSocketOptions });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(sockets, 'connection') as Promise<[WebSocket]>;
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, webSocketOptions);
  await once(peer, 'open');
  const [socket] = await connected;
  return { link: websocketLink(socket, 'edge-1', options), peer };
}

const note = (content: unknown): Message => createMessage({ operation: 'update', resource: 'default/pod/p', content });

async function take(link: Link, count: number): Promise<Message[]> {
  const taken: Message[] = [];
  for await (const message of link.receive()) {
    taken.push(message);
    if (taken.length === count) break;
  }
  return taken;
}

describe('a websocket link', () => {
  it('sends text frames of JSON ended by a line feed, in order', async () => {
    const { link, peer } = await socketPair();
    const frames: [string, boolean][] = [];
    peer.on('message', (data, binary) => frames.push([String(data), binary]));
    await Promise.all([1, 2, 3].map((number) => link.send(note(number))));
    await expect.poll(() => frames.length).toBe(3);
    expect(frames.every(([text, binary]) => text.endsWith('}\n') && !binary)).toBe(true);
    expect(frames.map(([text]) => JSON.parse(text).content)).toEqual([1, 2, 3]);
    link.close();
  });

  it('reads text, binary and fragmented frames alike, and answers a ping message by itself', async () => {
    const { link, peer } = await socketPair();
    const answer = once(peer, 'message');
    peer.send('{"header":{"msg_id":"p"},"route":{"operation":"ping","resource":"node"},"content":""}');
    expect(JSON.parse(String((await answer)[0]))).toMatchObject({
      header: { parent_msg_id: 'p' },
      route: { operation: 'response' },
      content: 'ack',
    });
    peer.send('{"header":{"msg_id":"a"}}\n');
    peer.send(Buffer.from('{"header":{"msg_id":"b"}}'), { binary: true });
    peer.send('{"header":{"msg', { fin: false });
    peer.send('_id":"c"}}', { fin: true });
    expect((await take(link, 3)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    link.close();
  });

  it('loses nothing when more arrives than its window holds', async () => {
    const { link, peer } = await socketPair({ receiveWindow: 4 });
    for (let index = 0; index < 500; index += 1) peer.send(JSON.stringify({ content: index }));
    expect((await take(link, 500)).map(({ content }) => content)).toEqual([...Array(500).keys()]);
    link.close();
  });

  it.each(['garbage', '[1]', '{"header":5}'])('ends on the frame %s', async (frame) => {
    const { link, peer } = await socketPair();
    peer.send(frame);
    expect((await link.closed)?.message).toContain('bad frame');
    await once(peer, 'close');
  });

  it('ends on a frame header that announces a gigabyte', async () => {
    const { link, peer } = await socketPair();
    const raw = (peer as unknown as { _socket: import('node:net').Socket })._socket;
    raw.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]));
    expect((await link.closed)?.message).toContain('Max payload size exceeded');
  });

  it('refuses to send once closed, and ends the reader', async () => {
    const { link, peer } = await socketPair();
    const reader = take(link, 1);
    peer.terminate();
    await link.closed;
    expect(await reader).toEqual([]);
    await expect(link.send(note(1))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a link pair', () => {
  it('carries messages both ways and closes both ends', async () => {
    const [cloud, edge] = linkPair('edge-1');
    await cloud.send(note('down'));
    await edge.send(note('up'));
    expect((await take(edge, 1))[0]?.content).toBe('down');
    expect((await take(cloud, 1))[0]?.content).toBe('up');
    cloud.close('over');
    expect((await edge.closed)?.message).toBe('over');
    await expect(edge.send(note(1))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

import { EdgeError } from '../lib/index.js';

/** Frame types of the stream tunnel (facts stream-tunnel §4). */
export const frameTypes = {
  logsConnect: 0,
  execConnect: 1,
  metricsConnect: 2,
  data: 3,
  removeConnect: 4,
  closeConnect: 5,
  attachConnect: 6,
} as const;

export interface TunnelFrame {
  /** Chosen by the cloud, one counter for all its tunnels; a safe integer. */
  readonly connectId: number;
  /** One of `frameTypes`; others must be ignored by the receiver. */
  readonly type: number;
  readonly payload: Buffer;
}

/** The most payload a receiver keeps per frame, in bytes. */
const maxFramePayload = 1 << 20;

/** What both ends pass to `ws`: payloads are raw bytes in text frames, so UTF-8 must not be checked. */
export const tunnelSocketOptions = {
  perMessageDeflate: false,
  skipUTF8Validation: true,
  maxPayload: maxFramePayload + 20,
} as const;

/** `uvarint(connectId) uvarint(type) payload`. Send it as one text message (`{ binary: false }`). */
export function encodeFrame(frame: TunnelFrame): Buffer {
  return Buffer.concat([uvarint(frame.connectId), uvarint(frame.type), frame.payload]);
}

/** Throws `invalid` for a cut or overlong number, `too-large` for a payload above `maxFramePayload`. */
export function decodeFrame(buffer: Buffer): TunnelFrame {
  const id = readUvarint(buffer, 0);
  const type = readUvarint(buffer, id.end);
  const payload = buffer.subarray(type.end);
  if (payload.byteLength > maxFramePayload) {
    throw new EdgeError('too-large', `tunnel frame payload of ${payload.byteLength} bytes is above ${maxFramePayload}`);
  }
  return { connectId: id.value, type: type.value, payload };
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

function readUvarint(buffer: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let index = start; index < buffer.length && index < start + 10; index += 1) {
    const byte = buffer[index] as number;
    value += (byte & 0x7f) * scale;
    if (!Number.isSafeInteger(value)) break;
    if (byte < 0x80) return { value, end: index + 1 };
    scale *= 0x80;
  }
  throw new EdgeError('invalid', 'tunnel frame starts with a number that is cut or too large');
}

import { Lost } from './observer.js';

/**
 * Cuts a stream into packets that begin with their length, u32 big endian. A packet is given without its length and is
 * valid until the next call only.
 */
export function packetCutter(longest: number): (chunk: Buffer, take: (packet: Buffer) => void) => void {
  const head = Buffer.alloc(4);
  let headBytes = 0;
  let body: Buffer | null = null;
  let bodyBytes = 0;
  const lengthAt = (bytes: Buffer, at: number): number => {
    const length = bytes.readUInt32BE(at);
    if (length < 1 || length > longest) throw new Lost(`a packet of ${length} bytes is out of bounds`);
    return length;
  };
  const begin = (chunk: Buffer, at: number): number => {
    const more = chunk.copy(head, headBytes, at, at + 4 - headBytes);
    headBytes += more;
    if (headBytes === 4) [body, bodyBytes, headBytes] = [Buffer.allocUnsafe(lengthAt(head, 0)), 0, 0];
    return more;
  };
  const fill = (chunk: Buffer, at: number, into: Buffer, take: (packet: Buffer) => void): number => {
    const more = chunk.copy(into, bodyBytes, at);
    bodyBytes += more;
    if (bodyBytes < into.length) return more;
    body = null;
    take(into);
    return more;
  };
  return (chunk, take) => {
    for (let at = 0; at < chunk.length; ) {
      if (body !== null) at += fill(chunk, at, body, take);
      else if (headBytes > 0 || chunk.length - at < 4) at += begin(chunk, at);
      else {
        const end = at + 4 + lengthAt(chunk, at);
        if (end > chunk.length) at += begin(chunk, at);
        else {
          take(chunk.subarray(at + 4, end));
          at = end;
        }
      }
    }
  };
}

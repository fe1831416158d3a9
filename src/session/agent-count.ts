/** How often an agent was asked, and how often for a signature, from what is sent to it; its keys are nobody's business here. */
export interface AgentCount {
  asked(bytes: Buffer): void;
  words(): string;
}

const SIGN_REQUEST = 13;
const HEAD = 4;
/** OpenSSH's own limit. */
const LONGEST = 256 * 1024;

export function countAgentRequests(): AgentCount {
  let requests = 0;
  let signatures = 0;
  /** Bytes of the message under way that are still to come; its head while they are fewer than five. */
  let left = 0;
  let head = Buffer.alloc(0);
  let readable = true;
  return {
    asked(bytes) {
      for (let rest = bytes; readable && rest.length > 0; ) {
        const skipped = rest.subarray(0, left);
        left -= skipped.length;
        rest = rest.subarray(skipped.length);
        const more = rest.subarray(0, HEAD + 1 - head.length);
        head = Buffer.concat([head, more]);
        rest = rest.subarray(more.length);
        if (head.length <= HEAD) continue;
        const length = head.readUInt32BE(0);
        readable = length >= 1 && length <= LONGEST;
        left = length - 1;
        requests += 1;
        if (head[HEAD] === SIGN_REQUEST) signatures += 1;
        head = Buffer.alloc(0);
      }
    },
    words: () =>
      `${requests} requests, ${signatures} of them to sign${readable ? '' : ', then no agent’s protocol'}`,
  };
}

import type { TapeVerdict } from '#/contract/replay-link.js';

export function verdictText(verdict: TapeVerdict): string {
  switch (verdict.kind) {
    case 'tampered':
      return `TAMPERED${verdict.segment === null ? '' : ` at segment ${verdict.segment}`}: ${verdict.detail}`;
    case 'missing':
      return `MISSING: ${verdict.detail}`;
    case 'deleted':
      return verdict.detail;
    case 'intact':
      return `intact: ${proofText(verdict)}`;
    case 'cut':
      return `cut, what is there is valid: ${proofText(verdict)}; ${verdict.detail}`;
    case 'running':
      return `running, what is there so far is valid: ${proofText(verdict)}; ${verdict.detail}`;
    default:
      return verdict satisfies never;
  }
}

function proofText({
  segments,
  signedHeads,
}: Extract<TapeVerdict, { kind: 'intact' | 'cut' | 'running' }>): string {
  return `${segments} segment(s), ${signedHeads} signed head(s)`;
}

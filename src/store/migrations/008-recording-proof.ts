/** What the vault signed when a tape came to its safe. */
export const recordingProof = `
alter table recordings add column proof text;
`;

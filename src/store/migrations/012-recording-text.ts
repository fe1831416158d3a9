/** Where the text of recordings is that is searched, as JSON. */
export const recordingText = `
alter table recordings add column text text;
`;

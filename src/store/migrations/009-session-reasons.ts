/** Why a session was opened, and where it forwards to when it is a forwarded connection. */
export const sessionReasons = `
alter table sessions add column reason text;
alter table sessions add column forward text;
`;

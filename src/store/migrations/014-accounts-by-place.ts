/** Whoever names an account names its address first, and mostly nothing of its safe. */
export const accountsByPlace = `
drop index accounts_by_address;
create index accounts_by_address on accounts (lower(address), user, safe_id);
`;

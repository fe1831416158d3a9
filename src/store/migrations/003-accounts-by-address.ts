/** Finding an account by its address, whatever its case, must not read the whole safe. */
export const accountsByAddress = `
create index accounts_by_address on accounts (safe_id, user, lower(address));
`;

/** Policy settings, as JSON, of the system, of platforms, safes and accounts. */
export const policySettings = `
create table policy_settings (level text not null, scope text not null, name text not null, value text not null, primary key (level, scope, name)) strict;
`;

/** Platforms that people made, each a copy of another. */
export const platforms = `
create table platforms (name text primary key, name_key text not null unique, base text not null) strict;
`;

/** Directories, their ordered maps, and the people who came from them. */
export const directories = `
create table directories (
  name text not null, name_key text primary key, settings text not null, bind_account text not null, enabled integer not null, preset integer not null
) strict;
create table directory_maps (
  directory text not null references directories (name_key) on delete cascade, position integer not null, rule text not null, rights text not null, groups text not null,
  location text, primary key (directory, position)
) strict;
create table directory_users (
  user_id text primary key references users on delete cascade, directory text not null, external_id text not null, dn text not null, groups text not null, location text,
  unique (directory, external_id)
) strict;
`;

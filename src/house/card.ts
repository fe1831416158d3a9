export interface CardFacts {
  readonly version: string;
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  /** Where the one-time password is: in a file, or on the lines before the card. Null: it has been used. */
  readonly password: { readonly file: string } | 'above' | null;
  /** user@address of the demo's account. */
  readonly demo: string | null;
  readonly home: string;
  readonly recordings: string;
  readonly isolation: string;
  /** What this host or user cannot give; loud. */
  readonly reduced: readonly string[];
}

const LABEL = 12;

/** What a person at the daemon's terminal needs to know, and no more. */
export function startCard(facts: CardFacts): string {
  const host = facts.address === '0.0.0.0' || facts.address === '::' ? 'this-host' : facts.address;
  const port = facts.port === 22 ? '' : `-p ${facts.port} `;
  const rows: readonly (readonly [string, string] | null)[] = [
    ['connect', `ssh ${port}Administrator@${host}`],
    ['host key', facts.fingerprint],
    passwordRow(facts.password),
    facts.demo === null ? null : ['demo', `log in, Enter on ${facts.demo}; then Tab: its recording`],
    ['state', facts.home],
    ['recordings', facts.recordings],
    ['isolation', facts.isolation],
    ['stop', 'Ctrl-C; sessions are told and their recordings sealed'],
  ];
  const lines = rows.flatMap((row) => (row === null ? [] : [`  ${row[0].padEnd(LABEL)}${row[1]}`]));
  const warnings = facts.reduced.map((line) => `  ! ${line}`);
  return [
    '',
    `Postern ${facts.version}`,
    '',
    ...lines,
    ...(warnings.length === 0 ? [] : ['', ...warnings]),
    '',
  ].join('\n');
}

function passwordRow(password: CardFacts['password']): readonly [string, string] | null {
  if (password === null) return null;
  return ['password', password === 'above' ? 'the one-time password above' : `one-time, in ${password.file}`];
}

import {
  days,
  destinations,
  minutes,
  oneOf,
  port,
  type SettingKind,
  seconds,
  yesOrNo,
} from './setting-kinds.js';

/** From the widest to the narrowest: what is said nearer to the account wins. */
export const SETTING_LEVELS = ['system', 'platform', 'safe', 'account'] as const;
export type SettingLevel = (typeof SETTING_LEVELS)[number];

export interface Setting<T> {
  readonly kind: SettingKind<T>;
  readonly otherwise: T;
  readonly levels: readonly SettingLevel[];
  readonly meaning: string;
}

/** All that policy may set, a line each: what is added here can be set, is explained, and goes with every session. */
export const SETTINGS = {
  idleMinutes: everywhere(minutes, 30, 'minutes without a key pressed until a session ends; 0: none'),
  maximumMinutes: everywhere(minutes, 0, 'minutes that a session may last; 0: no limit'),
  graceMinutes: everywhere(minutes, 5, 'minutes that a session waits for a lost client'),
  hostKeyPolicy: everywhere(
    oneOf('ask', 'tofu', 'strict'),
    'ask',
    'an unknown host key: ask, pin the first, refuse',
  ),
  recordInput: everywhere(yesOrNo, false, 'keystrokes are recorded, never in clear what was not echoed'),
  reasonRequired: everywhere(yesOrNo, false, 'a reason must be given before connecting'),
  localForwarding: everywhere(destinations, [], 'where ssh -L, -D and -W may lead, from the target'),
  remoteForwarding: everywhere(
    destinations,
    [],
    'where the target may listen for ssh -R; port 0 needs HOST:*',
  ),
  x11Forwarding: everywhere(
    yesOrNo,
    false,
    'ssh -X, -Y: the target may open windows on the person’s display',
  ),
  agentForwarding: everywhere(yesOrNo, false, 'ssh -A: the target may use the agent of the person’s client'),
  fourEyes: everywhere(yesOrNo, false, 'a session runs only while somebody watches it'),
  fourEyesGraceSeconds: everywhere(seconds, 60, 'seconds that such a session waits for who watches'),
  tellWhenWatched: everywhere(yesOrNo, false, 'people are told when somebody watches their session'),
  defaultPort: {
    kind: port,
    otherwise: 22,
    levels: ['platform'] as readonly SettingLevel[],
    meaning: 'where its targets listen, of accounts without a port of their own',
  },
  keepDays: {
    kind: days,
    otherwise: 0,
    levels: ['system', 'safe'] as readonly SettingLevel[],
    meaning: 'days that the recordings of a recording safe are kept after their end; 0: for ever',
  },
} as const;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** A value of each setting, as a session is given them. */
export type SettingValues = {
  readonly [N in SettingName]: (typeof SETTINGS)[N] extends Setting<infer T> ? T : never;
};

/** Those whose system level is a key of config.json, and is set there only. */
export const CONFIGURED = [
  'idleMinutes',
  'maximumMinutes',
  'graceMinutes',
  'hostKeyPolicy',
  'recordInput',
] as const satisfies readonly SettingName[];
export type ConfiguredValues = Pick<SettingValues, (typeof CONFIGURED)[number]>;

export function settingNamed(text: string): SettingName | null {
  return SETTING_NAMES.find((one) => one.toLowerCase() === text.toLowerCase()) ?? null;
}

function everywhere<T>(kind: SettingKind<T>, otherwise: T, meaning: string): Setting<T> {
  return { kind, otherwise, levels: SETTING_LEVELS, meaning };
}

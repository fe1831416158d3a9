import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { runPaths } from '#/contract/sockets.js';
import { bind, tmpfs, unmount } from './mounts.js';

export interface Places {
  readonly run: string;
  readonly home: string;
  readonly recordings: string;
  readonly installation: string;
  /** A key file outside the home, if there is one. */
  readonly masterKey: string | null;
}

export interface Walls {
  /** We are in a mount namespace of our own: binds instead of links, and a tmpfs for the setuid program. */
  readonly namespace: boolean;
  readonly root: boolean;
  /** uid and gid of psmconnect. */
  readonly session: { readonly uid: number; readonly gid: number };
}

/** The whole of the installation that processes need, beside package.json. */
const HOUSE = ['dist', 'node_modules'];
/** If these can be read by everybody, so can the rest: one tool wrote them all, under one umask. */
const SAMPLES = [
  'dist',
  'dist/programs/processes/vault.js',
  'node_modules',
  'node_modules/node/bin/node',
  'node_modules/zod/package.json',
];

/** Makes the run directory anew. What an earlier daemon of this home left there is swept: nothing in it outlives a daemon. */
export function makeRunDirectory(places: Places, walls: Walls): void {
  const { run } = places;
  if (walls.root) checkReadable(places.installation);
  const found = lstatSync(run, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isDirectory() || found.uid !== process.getuid?.())) {
    throw new Error(`${run} is in the way: it is not a directory of ours`);
  }
  if (mountsBelow(run).length > 0) throw new Error(`something is mounted below ${run}: unmount it first`);
  rmSync(run, { recursive: true, force: true });
  mkdirSync(run, { mode: 0o711 });
  chmodSync(run, walls.root ? 0o711 : 0o700);
  const paths = runPaths(run);
  mkdirSync(paths.boxes);
  chmodSync(paths.boxes, 0o711);
  mkdirSync(paths.sessions);
  if (walls.root) chownSync(paths.sessions, walls.session.uid, 0);
  closeSessions(paths.sessions);
  show(places, walls.namespace);
  installBox(places, walls);
}

/** Takes the run directory away when everybody has left. */
export function removeRunDirectory(run: string): void {
  for (const point of mountsBelow(run).toReversed()) unmount(point);
  if (mountsBelow(run).length === 0) rmSync(run, { recursive: true, force: true });
}

/** Removing through a mount that is still there would empty the home itself. */
function mountsBelow(run: string): readonly string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point.startsWith(`${run}/`));
}

/**
 * The sockets of a session answer whoever connects, with the secret. The directory of each session is closed to all but its
 * shadow; where root binds it into its box, nobody else than session hosts needs to pass even this door.
 */
export function closeSessions(sessions: string): void {
  chmodSync(sessions, 0o710);
}

/** Below level 3 nothing is bound: shadow uids pass by the path of the host, each into the directory of its own session. */
export function openSessions(sessions: string): void {
  chmodSync(sessions, 0o711);
}

function checkReadable(installation: string): void {
  const closed = SAMPLES.map((part) => join(installation, part)).find(
    (path) => (statSync(path).mode & 0o004) === 0,
  );
  if (closed !== undefined)
    throw new Error(
      `${closed} cannot be read by the service accounts; run: chmod -R go+rX ${installation}/dist ${installation}/node_modules`,
    );
}

/** Dropped processes reach everything below the run directory, wherever it lies, also below a directory closed to them. */
function show(places: Places, namespace: boolean): void {
  const paths = runPaths(places.run);
  mkdirSync(paths.house, { mode: 0o755 });
  // a clone made under a strict umask has this one file closed
  copyFileSync(join(places.installation, 'package.json'), join(paths.house, 'package.json'));
  chmodSync(join(paths.house, 'package.json'), 0o644);
  for (const part of HOUSE) place(join(places.installation, part), join(paths.house, part), namespace, true);
  place(places.home, paths.home, namespace, false);
  place(places.recordings, paths.recordings, namespace, false);
  if (places.masterKey !== null && existsSync(places.masterKey))
    place(places.masterKey, join(places.run, 'master.key'), namespace, true);
}

function place(source: string, target: string, namespace: boolean, readOnly: boolean): void {
  if (namespace) bind(source, target, readOnly);
  else symlinkSync(source, target);
}

/** The setuid program lies in a tmpfs that only our namespace has; without root it is an ordinary one. */
function installBox({ run, installation }: Places, walls: Walls): void {
  const paths = runPaths(run);
  if (walls.namespace) tmpfs(paths.bin, 'mode=0755,size=16m');
  else mkdirSync(paths.bin, { mode: 0o755 });
  const build = join(installation, 'native/build');
  const inside = join(paths.bin, 'postern-inside');
  copyFileSync(join(build, 'postern-inside'), inside);
  copyFileSync(inside, join(paths.bin, 'postern-askpass'));
  chmodSync(inside, 0o755);
  chmodSync(join(paths.bin, 'postern-askpass'), 0o755);
  copyFileSync(join(build, 'postern-box'), paths.box);
  if (walls.root) chownSync(paths.box, 0, walls.session.gid);
  // after chown, which takes the setuid bit away
  chmodSync(paths.box, walls.root ? 0o4750 : 0o700);
}

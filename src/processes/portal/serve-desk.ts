import type { Socket } from 'node:net';
import type { CallArgs } from '#/contract/calls.js';
import {
  type DeskCall,
  type DeskGreeting,
  deskLogin,
  deskRecording,
  isDeskCall,
} from '#/contract/desk-link.js';
import { type Parcel, RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { DoorLimits } from '#/door/limits.js';
import { type Chance, openAdmission, type Visit } from '#/door/visit.js';
import type { VaultLink } from '../shared/vault-link.js';
import { type DeskRecording, openDeskRecording } from './desk-recording.js';

/** Where such a login comes from, for the audit: any account of the bastion can open the socket. */
const HERE = 'desk';
/** Questions of one person under way at once. */
const AT_ONCE = 4;
/** Milliseconds in which whoever has to go gets his last answer. */
const PARTING = 200;

export interface Desk {
  accept(socket: Socket): void;
  close(): void;
}

interface DeskOptions {
  readonly vault: Pick<VaultLink, 'ask'>;
  /** Path of the socket on which the monitor serves portals. */
  readonly monitor: string;
  readonly limits: DoorLimits;
  readonly chance: Chance;
}

/** Serves `postern --as NAME`: as unauthenticated as the doors until somebody is logged in, and then he and nobody else. */
export function openDesk({ vault, monitor, limits, chance }: DeskOptions): Desk {
  const admission = openAdmission({ limits, chance, penalties: false });
  const sockets = new Set<Socket>();
  return {
    accept(socket) {
      socket.on('error', () => undefined);
      const visit = admission.admit(HERE, () => void setTimeout(() => socket.destroy(), PARTING).unref());
      if ('refused' in visit) return void socket.destroy();
      sockets.add(socket);
      const clerk = createClerk({ vault, monitor, visit });
      const peer = new RpcPeer(socket, {
        concurrency: AT_ONCE,
        handle: async (call, args, blob) => {
          try {
            return await clerk.answer(call, args, blob);
          } finally {
            blob?.fill(0);
          }
        },
      });
      socket.once('close', () => {
        peer.close('gone');
        sockets.delete(socket);
        visit.end();
        clerk.leave();
      });
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** One person at the desk. */
function createClerk({
  vault,
  monitor,
  visit,
}: Pick<DeskOptions, 'vault' | 'monitor'> & { readonly visit: Visit }) {
  let recording: DeskRecording | null = null;
  let ticket: string | null = null;
  let busy = false;
  let gone = false;
  const logout = (): void => {
    if (ticket !== null) void vault.ask('person.logout', { ticket });
    ticket = null;
  };
  const logIn = async (args: unknown, blob: Buffer | undefined): Promise<Outcome<Parcel>> => {
    const typed = deskLogin.safeParse(args);
    if (!typed.success || blob === undefined) return failed(failure('PROTOCOL', 'a login of the desk'));
    if (ticket !== null || busy) return failed(failure('PROTOCOL', 'one login a connection'));
    busy = true;
    const answer = await vault.ask('person.login', { ...typed.data, from: HERE, via: 'desk' }, blob);
    busy = false;
    if (!answer.ok) {
      visit.attempt();
      return answer;
    }
    const { secondFactor, mustChange, person } = answer.value.value;
    ticket = answer.value.value.ticket;
    // he left before he was answered: nobody else would end that login
    if (gone) {
      logout();
      return failed(failure('NOT_LOGGED_IN'));
    }
    if (secondFactor === 'enrol' || (mustChange && secondFactor === 'done')) {
      logout();
      return failed(failure(mustChange ? 'PASSWORD_MUST_CHANGE' : 'SECOND_FACTOR_NEEDED'));
    }
    if (secondFactor === 'done') visit.identify();
    const greeting: DeskGreeting = { user: person.user, next: secondFactor === 'code' ? 'code' : 'nothing' };
    return done({ value: greeting });
  };
  const verify = async (code: Buffer | undefined): Promise<Outcome<Parcel>> => {
    if (ticket === null) return failed(failure('NOT_LOGGED_IN'));
    const answer = await vault.ask('person.secondFactor.verify', { ticket }, code);
    if (answer.ok) visit.identify();
    else visit.attempt();
    return answer;
  };
  const ask = async <K extends DeskCall | 'person.replay'>(
    call: K,
    args: unknown,
    blob: Buffer | undefined,
  ) => {
    if (ticket === null) return failed(failure('NOT_LOGGED_IN'));
    if (typeof args !== 'object' || args === null) return failed(failure('PROTOCOL', `arguments of ${call}`));
    // the vault checks them; the ticket is ours, whatever came
    return await vault.ask(call, { ...args, ticket } as CallArgs<K>, blob);
  };
  /** One at a time: what was open before is closed. */
  const openRecording = async (args: unknown): Promise<Outcome<Parcel>> => {
    const asked = deskRecording.safeParse(args);
    if (!asked.success) return failed(failure('PROTOCOL', 'a recording at the desk'));
    const { recordingId, question } = asked.data;
    const granted = await ask('person.replay', { recordingId, purpose: question.type }, undefined);
    if (!granted.ok) return granted;
    if (gone) return failed(failure('NOT_LOGGED_IN'));
    recording?.close();
    recording = openDeskRecording(monitor, { ...question, permit: granted.value.value.permit });
    return done({ value: null });
  };
  return {
    async answer(call: string, args: unknown, blob: Buffer | undefined): Promise<Outcome<Parcel>> {
      if (call === 'person.login') return await logIn(args, blob);
      if (call === 'person.secondFactor.verify') return await verify(blob);
      if (call === 'desk.recording.open') return await openRecording(args);
      if (call === 'desk.recording.next')
        return (await recording?.next()) ?? failed(failure('PROTOCOL', 'no recording is open'));
      return isDeskCall(call)
        ? await ask(call, args, blob)
        : failed(failure('NOT_YOUR_ROLE', `${call} is not asked at the desk.`));
    },
    leave() {
      gone = true;
      recording?.close();
      logout();
    },
  };
}

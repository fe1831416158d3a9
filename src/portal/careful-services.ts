import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { PortalServices, SessionResult } from './services.js';

/**
 * Services promise not to reject. One process serves many people: should a promise be broken nevertheless, one person
 * reads of it, and nobody else does.
 */
export function carefulServices(services: PortalServices): PortalServices {
  return {
    configuration: () => answered(() => services.configuration()),
    login: (user, password, method) => answered(() => services.login(user, password, method)),
    changePassword: (old, next) => answered(() => services.changePassword(old, next)),
    verifyCode: (code) => answered(() => services.verifyCode(code)),
    secondFactor: () => answered(() => services.secondFactor()),
    beginEnrolment: (proof) => answered(() => services.beginEnrolment(proof)),
    confirmEnrolment: (code) => answered(() => services.confirmEnrolment(code)),
    removeSecondFactor: (proof) => answered(() => services.removeSecondFactor(proof)),
    keys: () => answered(() => services.keys()),
    addKey: (line, proof) => answered(() => services.addKey(line, proof)),
    removeKey: (fingerprint) => answered(() => services.removeKey(fingerprint)),
    logout: () => answered(() => services.logout()),
    destination: () => answered(() => services.destination()),
    accounts: () => answered(() => services.accounts()),
    favourite: (accountId, on) => answered(() => services.favourite(accountId, on)),
    recordings: (page) => answered(() => services.recordings(page)),
    holdRecording: (id, held, reason) => answered(() => services.holdRecording(id, held, reason)),
    deleteRecording: (id, reason) => answered(() => services.deleteRecording(id, reason)),
    sessions: () => answered(() => services.sessions()),
    endSession: (sessionId, reason) => answered(() => services.endSession(sessionId, reason)),
    suspendSession: (id, reason, frozen) => answered(() => services.suspendSession(id, reason, frozen)),
    resumeSession: (id) => answered(() => services.resumeSession(id)),
    messageSession: (id, text) => answered(() => services.messageSession(id, text)),
    reason: services.reason,
    connect: (account, size, hooks, reason) => ended(() => services.connect(account, size, hooks, reason)),
    reattach: (sessionId, size, hooks) => ended(() => services.reattach(sessionId, size, hooks)),
    approveHostKey: (accountId, seen) => answered(() => services.approveHostKey(accountId, seen)),
    retrieve: (accountId, reason, purpose) => answered(() => services.retrieve(accountId, reason, purpose)),
    addAccount: (wanted, typed) => answered(() => services.addAccount(wanted, typed)),
    setAccountSecret: (id, kind, typed) => answered(() => services.setAccountSecret(id, kind, typed)),
    setAccount: (id, change) => answered(() => services.setAccount(id, change)),
    renameAccount: (id, name) => answered(() => services.renameAccount(id, name)),
    deleteAccount: (id) => answered(() => services.deleteAccount(id)),
    users: () => answered(() => services.users()),
    addUser: (wanted, password) => answered(() => services.addUser(wanted, password)),
    setUser: (name, change) => answered(() => services.setUser(name, change)),
    disableUser: (name) => answered(() => services.disableUser(name)),
    activateUser: (name) => answered(() => services.activateUser(name)),
    resetPassword: (name, password) => answered(() => services.resetPassword(name, password)),
    resetSecondFactor: (name) => answered(() => services.resetSecondFactor(name)),
    addUserKey: (name, key) => answered(() => services.addUserKey(name, key)),
    removeUserKey: (name, fingerprint) => answered(() => services.removeUserKey(name, fingerprint)),
    groups: () => answered(() => services.groups()),
    addGroup: (name) => answered(() => services.addGroup(name)),
    setGroup: (name, secondFactor) => answered(() => services.setGroup(name, secondFactor)),
    putInGroup: (group, user, present) => answered(() => services.putInGroup(group, user, present)),
    deleteGroup: (name) => answered(() => services.deleteGroup(name)),
    directories: () => answered(() => services.directories()),
    addMap: (directory, position, map) => answered(() => services.addMap(directory, position, map)),
    removeMap: (directory, position) => answered(() => services.removeMap(directory, position)),
    moveMap: (directory, from, to) => answered(() => services.moveMap(directory, from, to)),
    tryDirectory: (directory, user) => answered(() => services.tryDirectory(directory, user)),
    addSafe: (name) => answered(() => services.addSafe(name)),
    renameSafe: (safe, name) => answered(() => services.renameSafe(safe, name)),
    deleteSafe: (safe) => answered(() => services.deleteSafe(safe)),
    safes: () => answered(() => services.safes()),
    platforms: () => answered(() => services.platforms()),
    members: (safe) => answered(() => services.members(safe)),
    putMember: (wanted) => answered(() => services.putMember(wanted)),
    removeMember: (safe, member) => answered(() => services.removeMember(safe, member)),
    audit: (safe) => answered(() => services.audit(safe)),
    search: (text, filter, listener) => services.search(text, filter, listener),
    webLink: (recordingId) => answered(() => services.webLink(recordingId)),
    replay: (recordingId, size, listener) => services.replay(recordingId, size, listener),
    watch: (sessionId, size, listener) => services.watch(sessionId, size, listener),
  };
}

async function answered<T>(ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await ask();
  } catch (error) {
    return failed(broken(error));
  }
}

async function ended(run: () => Promise<SessionResult>): Promise<SessionResult> {
  try {
    return await run();
  } catch (error) {
    return { kind: 'failed', failure: broken(error) };
  }
}

function broken(error: unknown) {
  return failure('INTERNAL', error instanceof Error ? error.message : 'unknown');
}

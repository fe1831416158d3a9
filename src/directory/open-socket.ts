import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { DirectoryServer, DirectorySettings } from '#/contract/directory-calls.js';
import type { Steps } from './steps.js';

/** A connection that is open and, unless the directory allows otherwise, encrypted to a server whose certificate was verified. */
export interface OpenSocket {
  readonly socket: Socket;
  /** When the server's certificate expires; null without TLS. */
  readonly expiresAt: number | null;
}

/** Name, TCP, TLS, one after the other; null: the last step says why not. */
export async function openSocket(
  server: DirectoryServer,
  settings: DirectorySettings,
  steps: Steps,
): Promise<OpenSocket | null> {
  const address = await steps.take('name', async () => {
    const found = await within(settings.timeout, lookup(server.host), 'no answer about the name');
    return { value: found.address, detail: `${server.host} is ${found.address}` };
  });
  if (address === null) return null;
  const socket = await steps.take('tcp', async () => ({
    value: await openTcp(address, server.port, settings.timeout),
    detail: `port ${server.port} answers`,
  }));
  if (socket === null) return null;
  if (settings.plain) {
    steps.leaveOut('tls', 'not encrypted: this directory allows plain LDAP');
    return { socket, expiresAt: null };
  }
  const secure = await steps.take('tls', async () => {
    const opened = await openTls(socket, server.host, settings);
    const { subject, valid_to: until } = opened.getPeerCertificate();
    const expiresAt = Date.parse(until);
    const name = [subject.CN].flat()[0] ?? server.host;
    const detail = `${opened.getProtocol() ?? 'TLS'}, certificate of ${name}, valid until ${new Date(expiresAt).toISOString()}`;
    return { value: { socket: opened, expiresAt }, detail };
  });
  if (secure === null) socket.destroy();
  return secure;
}

function openTcp(address: string, port: number, timeout: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: address, port });
  const timer = setTimeout(() => fail(new Error(`no answer within ${timeout / 1000} s`)), timeout);
  const fail = (error: Error): void => {
    clearTimeout(timer);
    socket.destroy();
    reject(error);
  };
  // a socket without a listener for errors would end the process
  socket.on('error', fail);
  socket.once('connect', () => {
    clearTimeout(timer);
    socket.setNoDelay(true);
    resolve(socket);
  });
  return promise;
}

/** Verifies the chain and the name (SAN before CN, as node:tls does). */
function openTls(
  socket: Socket,
  host: string,
  { ca, timeout }: Pick<DirectorySettings, 'ca' | 'timeout'>,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const secure = connectTls({
    socket,
    host,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca }),
    // an address is no server name (RFC 6066); it is still held against the certificate
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  const timer = setTimeout(
    () => fail(new Error(`the server does not finish the handshake within ${timeout / 1000} s`)),
    timeout,
  );
  const fail = (error: Error): void => {
    clearTimeout(timer);
    secure.destroy();
    reject(error);
  };
  secure.on('error', (error: NodeJS.ErrnoException) => fail(new Error(tlsProblem(error))));
  secure.once('close', () => fail(new Error('the server closed the connection in the handshake')));
  secure.once('secureConnect', () => {
    clearTimeout(timer);
    resolve(secure);
  });
  return promise;
}

/** What OpenSSL and Node say, in words that name what to do. */
export function tlsProblem(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'CERT_HAS_EXPIRED':
      return "the server's certificate has expired";
    case 'CERT_NOT_YET_VALID':
      return "the server's certificate is not valid yet: is the clock right?";
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the server's certificate is for another name (${error.message.replace(/^.*altnames: /, '')})`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the server's certificate was not signed by an authority of this directory (${error.code}): give it with --ca`;
    default:
      return error.code === undefined || error.message.includes(error.code)
        ? error.message
        : `${error.message} (${error.code})`;
  }
}

/** Rejects when the promise takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, why: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${why} within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

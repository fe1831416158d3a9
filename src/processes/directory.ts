import { RpcPeer } from '#/contract/rpc.js';
import { directoryAnswers } from '#/directory/answer.js';
import { type Conductor, runChild } from './shared/child.js';

/** Questions at once; more wait unread. The vault asks few of each directory at once: several may hang. */
const CONCURRENT = 128;

/**
 * The only process that opens connections to directories. It has an identity of its own, no key, no database and nobody's
 * password but while it is being tried; all it knows comes with each question of the vault's.
 */
runChild((_settings, supervisor): Promise<Conductor> => {
  const handle = directoryAnswers();
  const peers = new Set<RpcPeer>();
  const server = supervisor.listen('directory', (socket) => {
    const peer = new RpcPeer(socket, {
      handle,
      concurrency: CONCURRENT,
      onClose: () => void peers.delete(peer),
    });
    peers.add(peer);
  });
  return Promise.resolve({
    drain() {
      server.close();
      for (const peer of peers) peer.close('the directory process stops');
      return Promise.resolve();
    },
  });
});

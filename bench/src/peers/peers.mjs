/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {(bytes: Buffer, text: string) => unknown} seal takes the form that the library prefers
 * @property {(sealed: any) => unknown} open
 */

/** Each is a package of its own, with warm keys; made when first needed, since some take long to load. */
const peerModules = [
  './textbook.mjs',
  './cloak.mjs',
  './jose.mjs',
  './noble.mjs',
  './iron.mjs',
  './fernet.mjs',
  './aws-encryption-sdk.mjs',
  './sodium.mjs',
  './tink.mjs', // last: it needs a global that others take for a browser's
];

/**
 * The peers that can be loaded here, and why the others cannot: a missing prebuilt binary must not end the run.
 *
 * @returns {Promise<{ peers: readonly Peer[], missing: readonly string[] }>}
 */
export async function loadPeers() {
  const peers = [];
  const missing = [];
  for (const module of peerModules) {
    try {
      const { createPeers } = await import(module);
      for (const peer of await createPeers()) {
        const bytes = Buffer.from('a round trip');
        await peer.open(await peer.seal(bytes, bytes.toString()));
        peers.push(peer);
      }
    } catch (error) {
      missing.push(`${module.slice(2, -4)}: ${error.message.split('\n')[0]}`);
    }
  }
  return { peers, missing };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Keyfold } from '@keyfold/sdk';
import { Pool } from 'undici';

const server = fork(fileURLToPath(new URL('transport-server.mjs', import.meta.url)));
server.unref();
const [port] = await once(server, 'message');
server.channel?.unref();

const origin = `http://127.0.0.1:${port}`;
const path = '/v1/tenants/acme';
const apiKey = 'kf_admin_benchmark-benchmark-benchmark-benchmark';
const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': 'bench' };

// Each asks for the same, reads the answer whole and parses it; connections are kept.
const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0 });
const agent = new Agent({ keepAlive: true });
const keyfold = new Keyfold({ apiKey, baseUrl: origin, insecureLoopback: true });

async function poolRequest() {
  const { body } = await pool.request({ path, method: 'GET', headers });
  return await body.json();
}

function poolDispatch() {
  return new Promise((resolve, reject) => {
    const chunks = [];
    pool.dispatch(
      { path, method: 'GET', headers },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData: (_, chunk) => chunks.push(chunk),
        onResponseEnd: () => resolve(JSON.parse(Buffer.concat(chunks).toString())),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

function nodeHttp() {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(origin + path, { agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    asked.on('error', reject).end();
  });
}

async function globalFetch() {
  const answer = await fetch(origin + path, { headers });
  return await answer.json();
}

/** Clients that are measured beside, where they are installed. */
const peers = {
  axios: async () => {
    const { default: axios } = await import('axios');
    const client = axios.create({ baseURL: origin, headers, httpAgent: agent });
    return async () => (await client.get(path)).data;
  },
  got: async () => {
    const { default: got } = await import('got');
    const client = got.extend({ headers, agent: { http: agent } });
    return async () => await client.get(origin + path).json();
  },
  '@aws-sdk/client-kms, DescribeKey': async () => {
    const { DescribeKeyCommand, KMSClient } = await import('@aws-sdk/client-kms');
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
    const client = new KMSClient({ endpoint: origin, region: 'eu-west-1', credentials });
    return () => client.send(new DescribeKeyCommand({ KeyId: '1' }));
  },
};

/** Peers that are not measured, and why. */
export const missingClients = [];

const reference = { name: 'undici `Pool.request`', send: poolRequest };
const sdk = { name: '**SDK, `tenants.get`**', send: () => keyfold.tenants.get('acme') };
const own = [
  reference,
  { ...sdk, target: 1.3 },
  { name: 'undici `Pool.dispatch`', send: poolDispatch },
  { name: '`node:http.request`', send: nodeHttp },
];

/** Loaded when their table's turn has come: they leave the engine in another state. */
async function others() {
  const loaded = [{ name: '`fetch`', send: globalFetch }];
  for (const [name, load] of Object.entries(peers)) {
    try {
      const send = await load();
      await send();
      loaded.push({ name, send });
    } catch (error) {
      const reason = `${name}: ${error.message}`;
      if (!missingClients.includes(reason)) missingClients.push(reason);
    }
  }
  return [reference, sdk, ...loaded];
}

/** So many requests at once, each awaited. */
function together(send, count) {
  if (count === 1) return send;
  const all = Array.from({ length: count });
  return () => Promise.all(all.map(send));
}

/** A table of contenders, alone and many at once. */
function group(title, contenders) {
  return {
    title,
    sizes: new Map([
      ['1 in flight', 1],
      ['16 in flight', 16],
    ]),
    // Slots that hold thousands of requests: their code is long, and cold in shorter ones; and what a contender leaves to the
    // collector is collected in his own slots, which at a few hundred requests falls to whoever comes after him.
    pace: (rounds) => ({ rounds: Math.ceil(rounds / 6), slotMs: 150 }),
    contenders: async (inFlight) =>
      (await contenders()).map(({ name, send, target }) => ({
        name,
        target,
        operations: inFlight,
        run: together(send, inFlight),
      })),
  };
}

export const transportGroups = [
  group('Transport: a request and its answer, connections kept', async () => own),
  group('Transport, beside other clients', others),
];

/** Ends connections and the server. */
export async function closeTransports() {
  await Promise.all([pool.close(), keyfold.close()]);
  agent.destroy();
  server.kill();
}

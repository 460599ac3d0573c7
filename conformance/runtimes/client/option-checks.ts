import type { KeyfoldOptions } from '@keyfold/sdk';
import type { Checks } from '../checks.ts';
import type { SdkModule } from './client-suite.ts';
import type { ClientTarget } from './target.ts';

const pem = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
const pins = ['A', 'B'].map((letter) => `sha256/${letter.repeat(43)}=`);

/** Options that `fetch` could only ignore, and those that no client takes. */
const refused: readonly (readonly [code: string, name: string, options: KeyfoldOptions])[] = [
  ['option_unsupported', 'tls.pins', { tls: { pins } }],
  ['option_unsupported', 'tls.ca', { tls: { ca: pem } }],
  ['option_unsupported', 'tls.crl', { tls: { crl: pem } }],
  ['option_unsupported', 'tls.minVersion', { tls: { minVersion: 'TLSv1.3' } }],
  [
    'option_unsupported',
    'tls.clientCertificate',
    { tls: { clientCertificate: { certificate: pem, key: pem } } },
  ],
  ['option_unsupported', 'proxy', { proxy: 'http://127.0.0.1:3128' }],
  ['option_unsupported', 'http2', { http2: true }],
  ['option_unsupported', 'maxConnections', { maxConnections: 8 }],
  ['insecure_base_url', 'http to another machine', { baseUrl: 'http://keyfold.example.com' }],
  ['api_key_not_configured', 'no API key', { apiKey: '' }],
];

/** What is refused when the client is made. */
export async function checkOptions(
  checks: Checks,
  { Keyfold }: SdkModule,
  { apiKey }: ClientTarget,
): Promise<void> {
  for (const [code, name, options] of refused) {
    const wanted = { apiKey, baseUrl: 'https://keyfold.example.com', ...options };
    await checks.fails(`${name} is refused`, code, () => new Keyfold(wanted));
  }
}

/** What comes from the environment, where the runtime has one. */
export async function checkEnvironment(
  checks: Checks,
  { Keyfold }: SdkModule,
  { apiKey, baseUrl, tenant }: ClientTarget,
  environment: Record<string, string | undefined>,
): Promise<void> {
  environment['KEYFOLD_API_KEY'] = apiKey;
  environment['KEYFOLD_BASE_URL'] = baseUrl;
  await checks.equal('API key and base URL of the environment', tenant, async () => {
    const keyfold = new Keyfold({ insecureLoopback: true });
    try {
      return (await keyfold.tenants.get(tenant)).id;
    } finally {
      await keyfold.close();
    }
  });
  for (const [name, value] of [
    ['KEYFOLD_CA_BUNDLE', '/etc/ca.pem'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['HTTP_PROXY', 'http://127.0.0.1:3128'],
  ] as const) {
    environment[name] = value;
    await checks.fails(
      `${name} is refused`,
      'option_unsupported',
      () => new Keyfold({ insecureLoopback: true }),
    );
    delete environment[name];
  }
}

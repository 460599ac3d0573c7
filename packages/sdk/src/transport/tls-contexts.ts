import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsPeer } from './tls-errors.ts';
import { type TlsConfig, type TlsMaterial, tlsSettings } from './tls-settings.ts';

/** The secure contexts of one configuration: made when first needed, and anew when lists or certificate have changed. */
export class TlsContexts {
  readonly #config: TlsConfig;
  readonly #made = new Map<TlsPeer, { readonly material: TlsMaterial; readonly context: SecureContext }>();

  constructor(config: TlsConfig) {
    this.#config = config;
  }

  /** @throws ConfigurationError when lists or certificate cannot be had or used */
  async contextFor(peer: TlsPeer): Promise<SecureContext> {
    const crl = await this.#config.crl?.();
    const clientCertificate = peer === 'server' ? await this.#config.clientCertificate?.() : undefined;
    const made = this.#made.get(peer);
    if (made?.material.crl === crl && made?.material.clientCertificate === clientCertificate && made) {
      return made.context;
    }
    const material = { crl, clientCertificate };
    const context = createSecureContext(tlsSettings(this.#config, peer, material).context);
    this.#made.set(peer, { material, context });
    return context;
  }
}

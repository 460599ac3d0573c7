export {
  type AuthorityOptions,
  type CertificateOptions,
  createCertificateAuthority,
  type IssuedCertificate,
  type RevocationOptions,
  type TestAuthority,
} from './certificate-authority.ts';
export type { KeyKind, SignatureHash } from './certificate-keys.ts';
export { type ConnectionFault, connectionFaults, withLength } from './connection-faults.ts';
export { type Evidence, type EvidenceFile, evidence } from './evidence.ts';
export { type Fault, FaultProxy, type FaultyExchange, pass, type WireAnswer } from './fault-proxy.ts';

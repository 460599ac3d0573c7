export {
  type AuthorityOptions,
  type CertificateOptions,
  createCertificateAuthority,
  type IssuedCertificate,
  type TestAuthority,
} from './certificate-authority.ts';
export { type Evidence, type EvidenceFile, evidence } from './evidence.ts';

const utf8 = new TextEncoder();

/** The derivation labels of this package: HKDF's `info`, the only input that separates keys with the same parent. */
export const derivationLabels: { readonly rowAuthentication: Uint8Array<ArrayBuffer> } = {
  /** master key → HMAC key of the store's rows */
  rowAuthentication: utf8.encode('keyfold/v1/master-key/row-authentication'),
};

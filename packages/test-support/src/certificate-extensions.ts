import * as x509 from '@peculiar/x509';

/** TLS feature, status_request: "must staple" (RFC 7633 §6). */
export function mustStapleExtension(): x509.Extension {
  return new x509.Extension('1.3.6.1.5.5.7.1.24', false, new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x05]));
}

/** Name constraints with one permitted DNS subtree (RFC 5280 §4.2.1.10). `dnsName` is at most 100 characters long. */
export function nameConstraintsExtension(dnsName: string): x509.Extension {
  const name = der(0x82, new TextEncoder().encode(dnsName)); // GeneralName dNSName [2]
  const subtree = der(0x30, name); // GeneralSubtree
  const permitted = der(0xa0, subtree); // permittedSubtrees [0]
  return new x509.Extension('2.5.29.30', true, der(0x30, permitted));
}

function der(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + content.byteLength);
  bytes.set([tag, content.byteLength]);
  bytes.set(content, 2);
  return bytes;
}

// What an emulator's request cannot do without: HTTP, JSON, one AES-256-GCM operation, JSON. It checks nothing and keeps nothing.
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const key = createSecretKey(randomBytes(32));

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { KeyId, Plaintext } = JSON.parse(Buffer.concat(chunks).toString());
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    const sealed = [cipher.update(Plaintext, 'base64'), cipher.final(), cipher.getAuthTag()];
    const CiphertextBlob = Buffer.concat([nonce, ...sealed]).toString('base64');
    const answer = JSON.stringify({ CiphertextBlob, KeyId, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    response
      .writeHead(200, {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': Buffer.byteLength(answer),
      })
      .end(answer);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${server.address().port} is ready\n`),
);

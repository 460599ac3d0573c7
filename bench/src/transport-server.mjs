// The server of the transport's table, in a process of its own so that its CPU time is nobody's: the same short answer to
// everything. Says its port to its parent.
import { createServer } from 'node:http';

const tenant = JSON.stringify({
  id: 'acme',
  root: { provider: 'aws-kms', keyId: 'arn:aws:kms:eu-west-1:1:key/1' },
});
const key = JSON.stringify({
  KeyMetadata: { KeyId: '1', Arn: 'arn:aws:kms:eu-west-1:1:key/1', Enabled: true },
});

const server = createServer({ keepAlive: true, keepAliveTimeout: 0 }, (request, response) => {
  request.resume();
  request.on('end', () => {
    const [type, body] =
      request.method === 'GET'
        ? ['application/json; charset=utf-8', tenant]
        : ['application/x-amz-json-1.1', key];
    response.setHeader('content-type', type);
    response.setHeader('x-request-id', '6d3f8a52c1');
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());

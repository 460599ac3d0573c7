import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readRequestHead } from '../src/request-head.ts';

function headOf(...rawHeaders: string[]) {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = rawHeaders;
  return readRequestHead(request);
}

describe("a request's head", () => {
  it('is read whatever the case of its names', () => {
    const names = ['Content-Type', 'content-type', 'CONTENT-TYPE', 'Content-type'];
    for (const name of names) expect(headOf(name, 'text/plain').contentType).toBe('text/plain');
    expect(headOf('hOST', 'localhost')).toMatchObject({ hosts: 1, host: 'localhost' });
  });

  it('counts Host headers, those without a value too', () => {
    expect(headOf('Host', 'localhost', 'host', 'localhost').hosts).toBe(2);
    expect(headOf('Host', '', 'HOST', 'localhost').hosts).toBe(2);
    expect(headOf('Hosts', 'localhost').hosts).toBe(0);
  });

  it('has both values of a header that came twice, and takes neither for the other', () => {
    expect(headOf('Origin', 'http://localhost', 'origin', 'https://evil.example').origin).toBe(
      'http://localhost, https://evil.example',
    );
  });

  it('has nothing of what did not come', () => {
    expect(headOf('Accept', '*/*')).toMatchObject({ hosts: 0, host: undefined, target: undefined });
  });
});

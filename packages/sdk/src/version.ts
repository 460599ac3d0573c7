/** This package's version, as its package.json has it; a test holds the two equal. */
export const sdkVersion = '0.0.0';

/** What the service is told of the client: its name and version, and nothing of the machine it runs on. */
export const userAgent: string = `keyfold-sdk/${sdkVersion}`;

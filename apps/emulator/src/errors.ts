import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';

/** What can keep the emulator from starting. */
export type EmulatorErrorCode =
  | 'port_in_use'
  | 'address_unavailable'
  | 'state_unwritable'
  | 'state_unusable'
  | 'invalid_option';

/** For each code, where its cause lies and the way out. */
export const emulatorErrors: Readonly<
  Record<EmulatorErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  port_in_use: {
    layer: 'config',
    hint: 'Stop the other process, or choose other ports: --port 0 --https-port 0 takes any free ones.',
  },
  address_unavailable: {
    layer: 'config',
    hint: 'Listen on 127.0.0.1 (the default), and on ports of 1024 or above.',
  },
  state_unwritable: {
    layer: 'store',
    hint: 'Name a folder that you may write with --state, or keep nothing with --ephemeral.',
  },
  state_unusable: {
    layer: 'store',
    hint: 'Restore the folder from a copy, or move it away and start anew: keys that only it holds are lost then.',
  },
  invalid_option: { layer: 'config', hint: 'keyfold-emulator --help lists the options.' },
};

/** A port that the emulator was told to listen on is taken by another process. */
export class PortInUseError extends KeyfoldError {
  readonly code = 'port_in_use';
  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`Port ${port} on ${host} is in use by another process.`, {
      ...emulatorErrors.port_in_use,
      ...options,
    });
  }
}

/** The emulator was told to listen on an address that this machine does not have, or on a port that it may not use. */
export class AddressUnavailableError extends KeyfoldError {
  readonly code = 'address_unavailable';
  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`The emulator cannot listen on port ${port} of ${host}.`, {
      ...emulatorErrors.address_unavailable,
      ...options,
    });
  }
}

/** The state folder, or a file in it, cannot be written. */
export class StateUnwritableError extends KeyfoldError {
  readonly code = 'state_unwritable';
  constructor(path: string, options?: ErrorOptions) {
    super(`The state folder cannot be written: ${path}.`, { ...emulatorErrors.state_unwritable, ...options });
  }
}

/** A file in the state folder is not what the emulator wrote there. */
export class StateUnusableError extends KeyfoldError {
  readonly code = 'state_unusable';
  constructor(path: string, fault: string, options?: ErrorOptions) {
    super(`The state folder cannot be used: ${path} ${fault}.`, {
      ...emulatorErrors.state_unusable,
      ...options,
    });
  }
}

/** An option of the command line or of `createEmulator` that makes no sense. */
export class InvalidOptionError extends KeyfoldError {
  readonly code = 'invalid_option';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...emulatorErrors.invalid_option, ...options });
  }
}

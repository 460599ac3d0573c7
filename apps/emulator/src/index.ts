export { createEmulator, type Emulator, type EmulatorOptions } from './create-emulator.ts';
export type { DevelopmentAccess } from './development-access.ts';
export {
  AddressUnavailableError,
  type EmulatorErrorCode,
  emulatorErrors,
  InvalidOptionError,
  PortInUseError,
  StateUnusableError,
  StateUnwritableError,
} from './errors.ts';

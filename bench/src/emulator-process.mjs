// The emulator in a process of its own, whose leases outlast a run. Says to its parent how it is reached.
import { createEmulator } from '@keyfold/emulator';

const { access, httpsUrl, ca } = await createEmulator({ leaseMs: 3_600_000 });
process.send({ apiKey: access.apiKey, baseUrl: httpsUrl, ca });
process.on('disconnect', () => process.exit());

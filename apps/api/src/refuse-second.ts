import { readConfig } from '#config.ts';
import { refuseHeld } from '#lib/directory-lock.ts';
import { StartRefused } from '#lib/start-refused.ts';

// Asked by `npm start` before it builds: a build takes the pages away from under a portal that runs.
try {
  await refuseHeld(readConfig().dataDir);
} catch (error) {
  // Anything else is the supervisor's to say.
  if (error instanceof StartRefused) {
    console.log(error.message);
    process.exitCode = 3;
  }
}

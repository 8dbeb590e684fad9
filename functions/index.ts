import { app } from '@azure/functions';
import { systemIds } from '../shared/core/ids.ts';
import { readConfig } from '../shared/platform/config.ts';
import { contextLog } from '../shared/platform/telemetry.ts';
import { thinned } from '../shared/platform/thin-log.ts';
import { createDesk } from './desk.ts';
import { registerBroken } from './register-broken.ts';
import { register } from './register.ts';
import { createServices } from './services.ts';

// The entry: settings, then clients, then the desk, then the host is told. Nothing else in the project acts when imported.
const settings = readConfig(process.env);
if (settings.ok) {
  const services = createServices(settings.config);
  const { catalogue, authenticate, takeTurn } = createDesk(services, settings.config);
  const logFor = thinned(contextLog, services.clock);
  register(app, catalogue, { authenticate, takeTurn, ids: systemIds, logFor });
} else {
  registerBroken(app, settings.wrong);
}

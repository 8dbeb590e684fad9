import { app } from '@azure/functions';
import { systemIds } from '../shared/core/ids.ts';
import { readConfig } from '../shared/platform/config.ts';
import { contextLog } from '../shared/platform/telemetry.ts';
import { createDesk } from './desk.ts';
import { registerBroken } from './register-broken.ts';
import { register } from './register.ts';
import { createServices } from './services.ts';

// The entry: settings, then clients, then the desk, then the host is told. Nothing else in the project acts when imported.
const settings = readConfig(process.env);
if (settings.ok) {
  const { catalogue, authenticate, takeTurn } = createDesk(createServices(settings.config), settings.config);
  register(app, catalogue, { authenticate, takeTurn, ids: systemIds, logFor: contextLog });
} else {
  registerBroken(app, settings.wrong);
}

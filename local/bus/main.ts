import { runPart } from '../part.ts';
import { startBus } from './start.ts';

runPart(startBus);

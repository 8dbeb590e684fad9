import { runPart } from '../part.ts';
import { startStorage } from './start.ts';

runPart(startStorage);

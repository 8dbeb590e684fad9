import { runPart } from '../part.ts';
import { startMicrosoft } from './start.ts';

runPart(startMicrosoft);

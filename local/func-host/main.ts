import { runPart } from '../part.ts';
import { startFuncHost } from './start.ts';

runPart(startFuncHost);

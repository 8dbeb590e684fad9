import { runPart } from '../part.ts';
import { startInbox } from './start.ts';

runPart(startInbox);

import { azureParts } from './azure-parts.ts';
import { officeParts } from './office-parts.ts';
import { platformParts } from './platform-parts.ts';
import type { Concept } from './concept.ts';

/**
 * What it goes wrong with: as Microsoft names it and as people do, in English, German (umlauts written out) and Japanese. What
 * many incidents speak of weighs little, what only few do weighs 1. Our own list.
 */
export const parts: readonly Concept[] = [...officeParts, ...platformParts, ...azureParts];

import type { Cell, LabResult } from './result.js';

/** How thorough a run of the lab is. */
export type Mode = LabResult['mode'];

/** What a cell is set to. All of it goes into the result, by these names. */
export type Settings = Cell['settings'];

// Loaded before `pavio`: its clock shows another day. CLOCK_OFFSET_MS: by so much, milliseconds.
import process from 'node:process';

const { now } = Date;
const offset = Number(process.env['CLOCK_OFFSET_MS']);
Date.now = () => now() + offset;

/** The types of `chromium.js`. */

export function findChromium(): string | undefined;

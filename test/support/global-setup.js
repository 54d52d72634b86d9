// Looks which databases answer, and whether there is a browser, before the tests start, tells so in one plain line, and hands the finding to the workers
// through the environment. Plain JavaScript, because Jest does not compile this file.
import { findChromium } from './chromium.js';
import { databaseServers } from './database-servers.js';

export default async function globalSetup() {
  // PostgreSQL's driver and MariaDB's keep date-times in the zone of the process.
  process.env.TZ ??= 'UTC';
  const found = ['sqlite'];
  const missing = [];
  for (const server of databaseServers) {
    try {
      await server.run('SELECT 1');
      found.push(server.kind);
    } catch (error) {
      // A refused connection to a name with several addresses has an empty message and a list of errors.
      const reason = (error.errors?.[0] ?? error).message;
      missing.push(`${server.kind} at ${new URL(server.url).host} (${server.variable} names another): ${reason}`);
    }
  }
  process.env.RESTLESS_DATABASES = found.join(',');
  process.env.RESTLESS_MISSING_DATABASES = missing.join('; ');
  const browser =
    findChromium() ?? 'none, so the tests of the explorer in a browser are left out (CHROMIUM_PATH names one)';
  console.log(`\nBrowser: ${browser}.`);
  console.log(`Databases: ${found.join(', ')}.${missing.length > 0 ? ` Left out: ${missing.join('; ')}.` : ''}`);
}

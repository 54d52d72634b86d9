/** Starts the blog, and says what to try. */
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { serveDocument } from './document.js';
import { PASSWORD } from './seed.js';

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
serveDocument(app);
await app.listen(process.env.PORT ?? 3000);
// From here on there are notifications to see.
app.useLogger(['log', 'warn', 'error']);
const url = (await app.getUrl()).replace('[::1]', 'localhost');
console.log(`
What everybody sees: ${url}/api/post?include=author,comments
Signing in, as Ada, Bob or Edith (the editor):
  curl ${url}/login -H 'Content-Type: application/json' -d '{"name":"Ada","password":"${PASSWORD}"}'
Every address, described: ${url}/docs
What Ada sees, drafts too:
  curl ${url}/api/post -H "Authorization: Bearer $TOKEN"
`);

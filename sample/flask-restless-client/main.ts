/** Starts the application, makes the old requests, prints what they were answered, and ends. */
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { openPage } from './client.js';
import { requests } from './requests.js';

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
await app.listen(process.env.PORT ?? 3000);
const page = openPage((await app.getUrl()).replace('[::1]', 'localhost'));
for (const { says, settings } of requests) {
  const { status, data } = await page.ajax(settings);
  console.log(`\n${says}\n$.ajax(${JSON.stringify(settings)})\n${status} ${JSON.stringify(data)}`);
}
page.close();
await app.close();

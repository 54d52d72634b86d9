/** Starts the application. Its `import` of nestjs-restless, an ES module, is compiled to `require`, which Node 20.19 can do. */
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  await app.listen(process.env.PORT ?? 3000);
  console.log(`Listening: ${await app.getUrl()}/api/person?include=computers`);
}

void main();

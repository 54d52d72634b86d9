/** The blog's OpenAPI document: `/docs` in a browser, `/docs-json` for programs. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { restlessDocument } from 'nestjs-restless/openapi';

const config = new DocumentBuilder()
  .setTitle('A blog')
  .setLicense('MIT', 'https://opensource.org/license/mit')
  .addBearerAuth()
  .build();

/** What anybody sees; an editor's document has more fields. */
export function documentOf(app: INestApplication, groups: readonly string[] = []): OpenAPIObject {
  return restlessDocument(app, config, { groups });
}

/** The routes are there once the application has started: so the document is made when it is first asked for. */
export function serveDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => documentOf(app));
}

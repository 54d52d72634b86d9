/** What each process runs. It keeps nothing between requests, so any of them can answer any request. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { databaseOptions } from './database.js';
import { Measurement, Station } from './entities.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [
    TypeOrmModule.forRoot(databaseOptions),
    RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
    RestlessModule.forFeature([Station, Measurement]),
  ],
  controllers: [HealthController],
})
export class AppModule {}

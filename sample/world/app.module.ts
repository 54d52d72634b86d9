/** The whole application: one database, four resources. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { worldFile, worldOptions } from './database.js';
import { City, Country, Currency, Language } from './entities.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({ useFactory: () => worldOptions(worldFile()) }),
    RestlessModule.forFeature([Country, City, Language, Currency]),
  ],
})
export class AppModule {}

/** What getting-started.md begins with: two resources, and a few rows. */
import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { EntityManager } from 'typeorm';
import { Computer, Person } from './entities.js';

const entities = [Person, Computer];

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
    RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
    RestlessModule.forFeature(entities),
  ],
})
export class AppModule implements OnModuleInit {
  constructor(private readonly manager: EntityManager) {}

  async onModuleInit(): Promise<void> {
    const grace = await this.manager.save(Person, { name: 'Grace', birthDate: '1906-12-09' });
    const lincoln = await this.manager.save(Person, { name: 'Lincoln' });
    await this.manager.save(Computer, [
      { vendor: 'Remington', owner: grace },
      { vendor: 'IBM', owner: grace },
      { vendor: 'Acme', owner: lincoln },
    ]);
  }
}

/** People and their computers, in memory, read and written as JSON:API and as flat JSON. */
import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { EntityManager } from 'typeorm';
import { Computer } from './computer';
import { Person } from './person';

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
    const grace = { name: 'Grace', birthDate: '1906-12-09' };
    await this.manager.save(Computer, [
      { vendor: 'Remington', owner: grace },
      { vendor: 'IBM', owner: grace },
      { vendor: 'Acme', owner: { name: 'Lincoln' } },
    ]);
  }
}

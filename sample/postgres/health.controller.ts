/** For the load balancer: whether this process reaches both databases, and which process it is. */
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { DataSource, type ReplicationMode } from 'typeorm';

@Controller('health')
export class HealthController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  async health(): Promise<{ status: 'ok'; process: number }> {
    try {
      await Promise.all([this.ask('master'), this.ask('slave')]);
    } catch (cause) {
      throw new ServiceUnavailableException('The database does not answer.', { cause });
    }
    return { status: 'ok', process: process.pid };
  }

  private async ask(mode: ReplicationMode): Promise<void> {
    const runner = this.dataSource.createQueryRunner(mode);
    try {
      await runner.query('SELECT 1');
    } finally {
      await runner.release();
    }
  }
}

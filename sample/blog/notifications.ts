/** Messages to users. A real blog would send mails; this one keeps a list, and tells its log. */
import { Injectable, Logger } from '@nestjs/common';

@Injectable()
export class Notifications {
  readonly sent: string[] = [];
  private readonly logger = new Logger('Blog');

  send(to: string, words: string): void {
    this.sent.push(`${to}: ${words}`);
    this.logger.log(`To ${to}: ${words}`);
  }
}

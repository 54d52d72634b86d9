/** What the flag `validators` of a profile adds: subscribers that refuse values, with errors of the application's own. */
import { type DataSourceOptions, type EntitySubscriberInterface, EventSubscriber, type ObjectLiteral } from 'typeorm';
import { Computer, Person } from './entities.js';

/** Says which field is wrong and why. */
class OracleValidationError extends Error {
  constructor(readonly errors: Record<string, string>) {
    super('Validation failed');
  }
}

/** Has words and nothing else. */
class PlainValidationError extends Error {}

const VALIDATION_ERRORS = { OracleValidationError, PlainValidationError } as const;

/** The error that a profile lists in `validation_exceptions`. */
export function toErrorClass(name: string): new (...args: never[]) => Error {
  if (Object.hasOwn(VALIDATION_ERRORS, name)) return VALIDATION_ERRORS[name as keyof typeof VALIDATION_ERRORS];
  throw new Error(`There is no error ${name}.`);
}

abstract class Rules implements EntitySubscriberInterface {
  abstract listenTo(): new () => object;
  protected abstract check(entity: ObjectLiteral): void;

  beforeInsert({ entity }: { entity: ObjectLiteral }): void {
    this.check(entity);
  }

  beforeUpdate({ entity }: { entity?: ObjectLiteral }): void {
    if (entity !== undefined) this.check(entity);
  }
}

@EventSubscriber()
class PersonRules extends Rules {
  listenTo(): new () => object {
    return Person;
  }

  protected check({ name, age }: Partial<Person>): void {
    if (age != null && age < 0) throw new OracleValidationError({ age: 'Must be non-negative' });
    if (name === '') throw new PlainValidationError('name must not be empty');
  }
}

@EventSubscriber()
class ComputerRules extends Rules {
  listenTo(): new () => object {
    return Computer;
  }

  /** The owner is there only where a request has set it. */
  protected check({ name, owner }: Partial<Computer>): void {
    if (name === 'orphan' && owner != null) throw new OracleValidationError({ computers: 'orphans stay orphans' });
  }
}

export const VALIDATORS: DataSourceOptions['subscribers'] = [PersonRules, ComputerRules];

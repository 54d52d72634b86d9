/** Every recorded case on Fastify. */
import { describeRecordedCases } from '../support/recorded-cases.js';

describeRecordedCases('sqlite', 'fastify');

/** Every recorded case on PostgreSQL. */
import { describeRecordedCases } from '../support/recorded-cases.js';

describeRecordedCases('postgres', 'express');

/** Every recorded case on MariaDB. */
import { describeRecordedCases } from '../support/recorded-cases.js';

describeRecordedCases('mariadb', 'express');

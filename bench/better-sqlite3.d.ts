/** What the benchmark uses of better-sqlite3, which brings no types. */
declare module 'better-sqlite3' {
  class Database {
    constructor(file: string);
    exec(sql: string): this;
    pragma(text: string): unknown;
    prepare(sql: string): Database.Statement;
    close(): void;
  }
  namespace Database {
    interface Statement {
      readonly reader: boolean;
      all(...values: unknown[]): unknown[];
      get(...values: unknown[]): unknown;
      run(...values: unknown[]): unknown;
      raw(): this;
    }
  }
  export default Database;
}

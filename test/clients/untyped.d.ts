/** The clients that have no types of their own, as far as the tests use them. */

declare module 'jsonapi-validator' {
  export interface Fault {
    readonly dataPath: string;
    readonly message: string;
  }
  const jsonApiValidator: { Validator: new () => { validate(document: object): void } };
  export default jsonApiValidator;
}

declare module 'devour-client' {
  export interface Model {
    id: string;
    type: string;
    [field: string]: unknown;
  }
  export interface Answer<T> {
    data: T;
    meta?: Record<string, unknown>;
    links?: Record<string, string | null>;
    errors?: unknown;
  }
  export default class JsonApi {
    constructor(options: {
      apiUrl: string;
      pluralize?: false;
      logger?: boolean;
      errorBuilder?: (error: Record<string, unknown>) => unknown;
    });
    headers: Record<string, string>;
    define(model: string, attributes: object, options?: object): void;
    findAll(model: string, params?: object): Promise<Answer<Model[]>>;
    find(model: string, id: string, params?: object): Promise<Answer<Model>>;
    create(model: string, payload: object): Promise<Answer<Model>>;
    update(model: string, payload: object): Promise<Answer<Model | null>>;
    destroy(model: string, id: string): Promise<Answer<null>>;
    destroy(payload: object): Promise<Answer<null>>;
    one(model: string, id: string): this;
    all(model: string): this;
    relationships(name: string): this;
    get(params?: object): Promise<Answer<Model[] | Model>>;
    post(payload: object): Promise<Answer<Model[] | Model | null>>;
    patch(payload: object | null): Promise<Answer<Model[] | Model | null>>;
    request(url: string, method: string, params?: object, data?: object): Promise<Answer<unknown>>;
  }
}

declare module 'ra-jsonapi-client' {
  type Provider = (type: string, resource: string, params: object) => Promise<{ data: unknown; total?: number }>;
  /** A CommonJS module that was made of an ES module. */
  const client: { default: (apiUrl: string, settings?: object) => Provider };
  export default client;
}

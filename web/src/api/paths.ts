// Interim shapes until schema.gen.ts is there.
export interface Policy {
  microphone: boolean;
  camera: boolean;
  share: boolean;
  chat: boolean;
  reactions: boolean;
}

export interface Meeting {
  id: string;
  name: string;
  welcome: string;
  link: string;
  policy: Policy;
  maxShares: number;
  createdAt: string;
  live: boolean;
  people: number;
  ended: boolean;
}

export interface Server {
  organisation: string;
  setUp: boolean;
  version: string;
  lan: boolean;
}

export interface User {
  id: string;
  name: string;
  email: string;
  admin: boolean;
}

export interface Door {
  name: string;
  organisation: string;
  host: string;
  welcome: string;
  role: string;
  locked: boolean;
  signedInName: string;
}

interface Answer<Body> {
  headers: Record<string, unknown>;
  content: { 'application/json': Body };
}
interface Problem {
  headers: Record<string, unknown>;
  content: { 'application/problem+json': { code?: string; reference?: string } };
}
interface Empty {
  headers: Record<string, unknown>;
  content?: never;
}
interface Operation<Status extends number, Reply, Body = never, Path = never> {
  parameters: [Path] extends [never] ? { path?: never } : { path: Path };
  requestBody: [Body] extends [never] ? never : { content: { 'application/json': Body } };
  responses: Record<Status, Reply> & { default: Problem };
}
interface OperationWithoutBody<Status extends number, Reply, Path = never> {
  parameters: [Path] extends [never] ? { path?: never } : { path: Path };
  requestBody?: never;
  responses: Record<Status, Reply> & { default: Problem };
}
interface ById {
  id: string;
}

export interface paths {
  '/api/v1/server': { get: OperationWithoutBody<200, Answer<Server>> };
  '/api/v1/setup': {
    post: Operation<
      201,
      Answer<{ user: User }>,
      { secret: string; organisation: string; name: string; email: string; password: string }
    >;
  };
  '/api/v1/session': {
    get: OperationWithoutBody<200, Answer<{ user: User | null }>>;
    post: Operation<200, Answer<{ user: User }>, { email: string; password: string }>;
    delete: OperationWithoutBody<204, Empty>;
  };
  '/api/v1/meetings': {
    get: OperationWithoutBody<200, Answer<{ meetings: Meeting[] }>>;
    post: Operation<201, Answer<Meeting>, { name?: string }>;
  };
  '/api/v1/meetings/{id}': {
    get: OperationWithoutBody<200, Answer<Meeting>, ById>;
    patch: Operation<
      200,
      Answer<Meeting>,
      Partial<Pick<Meeting, 'name' | 'welcome' | 'policy' | 'maxShares'>>,
      ById
    >;
    delete: OperationWithoutBody<204, Empty, ById>;
  };
  '/api/v1/meetings/{id}/door': { post: Operation<200, Answer<Door>, { invite?: string }, ById> };
  '/api/v1/meetings/{id}/ticket': {
    post: Operation<200, Answer<{ ticket: string }>, { name: string; invite?: string }, ById>;
  };
}

import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db } from './client.ts';

/** Stands in a statement for a value that is given when it runs. */
export type Slot<Values> = <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>;

/**
 * A query that is asked again and again: built and compiled once, and parsed by the database once on each
 * connection. Its plan may be made once for all values, so it must not depend on how common a value is.
 */
export function statement<Values, Row>(
  build: (db: Db, slot: Slot<Values>) => CompiledQuery<Row>,
): (db: Db, values: Values) => Promise<Row[]> {
  let kept: Compiled<Values, Row> | undefined;
  return (db, values) => {
    kept ??= named(compile(db, build));
    return run(db, kept, values);
  };
}

/** Queries that differ in what a shape says and not in their values alone: one statement for each shape. */
export function statements<Shape, Values, Row>(
  build: (db: Db, slot: Slot<Values>, shape: Shape) => CompiledQuery<Row>,
): (db: Db, shape: Shape, values: Values) => Promise<Row[]> {
  const kept = new Map<string, Compiled<Values, Row>>();
  return (db, shape, values) => {
    const key = JSON.stringify(shape);
    const known = kept.get(key);
    if (known) return run(db, known, values);

    const made = compile<Values, Row>(db, (built, slot) => build(built, slot, shape));
    if (kept.size < mostShapes) kept.set(key, named(made));
    return run(db, made, values);
  };
}

/** Every connection keeps what was named, so a caller who tries all shapes must not fill its memory. */
const mostShapes = 64;

interface Compiled<Values, Row> {
  query: CompiledQuery<Row>;
  slots: Map<unknown, keyof Values>;
}

function compile<Values, Row>(
  db: Db,
  build: (db: Db, slot: Slot<Values>) => CompiledQuery<Row>,
): Compiled<Values, Row> {
  const slots = new Map<unknown, keyof Values>();
  const slot: Slot<Values> = (name) => {
    const place = { slot: name };
    slots.set(place, name);
    return sql`${place}`;
  };
  return { query: build(db, slot), slots };
}

async function run<Values, Row>(
  db: Db,
  { query, slots }: Compiled<Values, Row>,
  values: Values,
): Promise<Row[]> {
  const parameters = query.parameters.map((parameter) => {
    const name = slots.get(parameter);
    return name === undefined ? parameter : values[name];
  });
  const { rows } = await db.executeQuery<Row>({ ...query, parameters });
  return rows;
}

const names = new Map<string, string>();

function named<Values, Row>(compiled: Compiled<Values, Row>): Compiled<Values, Row> {
  const { sql: text } = compiled.query;
  // Two shapes may come to one text: given a second name, it would take the next one's.
  if (!names.has(text)) names.set(text, `statement ${names.size + 1}`);
  return compiled;
}

/** What a connection knows a statement's text by, so that it is parsed once. */
export function nameOf(text: string): string | undefined {
  return names.get(text);
}

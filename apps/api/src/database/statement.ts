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
  let compiled: CompiledQuery<Row> | undefined;
  const slots = new Map<unknown, keyof Values>();
  const slot: Slot<Values> = (name) => {
    const place = { slot: name };
    slots.set(place, name);
    return sql`${place}`;
  };

  return async (db, values) => {
    if (!compiled) {
      compiled = build(db, slot);
      names.set(compiled.sql, `statement ${names.size + 1}`);
    }
    const parameters = compiled.parameters.map((parameter) => {
      const name = slots.get(parameter);
      return name === undefined ? parameter : values[name];
    });
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters });
    return rows;
  };
}

const names = new Map<string, string>();

/** What a connection knows a statement's text by, so that it is parsed once. */
export function nameOf(text: string): string | undefined {
  return names.get(text);
}

import { Piscina } from 'piscina';

/** zxcvbn needs up to a second for repeated characters, so it runs beside the main thread and sees 72 of them. */
const pool = new Piscina<StrengthQuestion, Strength>({
  filename: new URL('./password-strength.worker.ts', import.meta.url).href,
  minThreads: 0,
  maxThreads: 1,
  idleTimeout: 10_000,
  maxQueue: 50,
});

export interface StrengthQuestion {
  password: string;
  /** What someone who knows the account would try first. */
  personal: string[];
}

export interface Strength {
  isStrong: boolean;
  /** zxcvbn's keys of what is weak and what would help; the panel words them. */
  warning: string | null;
  suggestions: string[];
}

export function judgePassword(password: string, personal: string[]): Promise<Strength> {
  return pool.run({ password: password.slice(0, 72), personal });
}
